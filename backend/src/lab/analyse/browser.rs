//! The browser of a unit, by the name that it gives itself in `context.userAgent`, or that the collector kept of that as
//! `context.browser`.
//!
//! Only as fine as a loss of exposures may depend on it: engines and shells leave pages differently. Versions, systems
//! and devices are not told apart.

/// A browser by its place in [`NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Browser(pub(super) u8);

/// Names, and what tells them. The first that fits counts: most browsers name others too, `Safari` last.
const NAMES: [(&str, &[&str]); 13] = [
    ("WeChat", &["MicroMessenger"]),
    ("Alipay", &["AlipayClient"]),
    (
        "Facebook or Instagram app",
        &["FBAN", "FBAV", "FB_IAB", "Instagram"],
    ),
    ("Edge", &["Edg/", "EdgA/", "EdgiOS/", "Edge/", "Edge"]),
    ("Opera", &["OPR/", "OPT/", "Opera"]),
    ("Samsung Internet", &["SamsungBrowser", "Samsung Internet"]),
    ("UC", &["UCBrowser", "UBrowser"]),
    ("QQ", &["QQBrowser"]),
    ("Huawei", &["HuaweiBrowser"]),
    ("Mi", &["MiuiBrowser"]),
    ("Firefox", &["Firefox", "FxiOS"]),
    ("Chrome", &["Chrome", "CriOS", "Chromium"]),
    ("Safari", &["Safari"]),
];

impl Browser {
    /// The browser that a user agent names, or that has this name; nothing where it names none.
    pub fn of(agent: &str) -> Option<Browser> {
        if agent.trim().is_empty() {
            return None;
        }
        let is_its = |(name, marks): &(&str, &[&str])| {
            *name == agent || marks.iter().any(|mark| agent.contains(mark))
        };
        let named = NAMES.iter().position(is_its);
        Some(Browser(named.unwrap_or(NAMES.len()) as u8))
    }

    pub fn name(self) -> &'static str {
        NAMES
            .get(usize::from(self.0))
            .map_or("another", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_that_name_others_too_are_told_apart() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36 Edg/148.0",
                "Edge",
            ),
            (
                "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
                "Safari",
            ),
            (
                "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/148.0 Mobile/15E148 Safari/604.1",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50",
                "WeChat",
            ),
            ("Safari", "Safari"),
            ("curl/8.0", "another"),
        ] {
            assert_eq!(Browser::of(agent).unwrap().name(), name);
        }
        assert_eq!(Browser::of(" "), None);
        for browser in 0..=NAMES.len() as u8 {
            let name = Browser(browser).name();
            assert_eq!(Browser::of(name), Some(Browser(browser)), "{name}");
        }
    }
}
