//! The sample ratio on the page: as a whole, and by day, browser and entry page.

use std::fmt::Write;

use super::super::split::{By, Kind, SampleRatio};
use super::{both, escape};

/// What groups are made by, in both languages.
fn name(by: By) -> (&'static str, &'static str) {
    match by {
        By::Day => ("day", "日期"),
        By::Browser => ("browser", "浏览器"),
        By::EntryPage => ("entry page", "入口页面"),
    }
}

/// What is said of units of which it is not known.
fn unknown(kind: &Kind) -> String {
    let field = match kind.by {
        By::Browser => "context.userAgent",
        _ => "context.page.path",
    };
    match kind.unknown {
        0 => String::new(),
        units => both(
            &format!("; {units} units without {field}"),
            &format!("；{units} 个样本的消息没有 {field}"),
        ),
    }
}

/// The groups that fail, as the reason why nothing is compared.
pub fn failing(out: &mut String, ratio: &SampleRatio) {
    for (by, group) in ratio.failing() {
        let (en, zh) = name(by);
        let value = escape(&group.value);
        let counts: Vec<String> = group.units.iter().map(u64::to_string).collect();
        let counts = counts.join(" : ");
        let _ = write!(
            out,
            "<p class=\"reason\">{}</p>",
            both(
                &format!(
                    "The counts fail for {en} {value}: {counts} units, p {:.1e} times {} tests.",
                    group.p, ratio.tests
                ),
                &format!(
                    "{zh}“{value}”的样本数不符：{counts}，p {:.1e} × {} 次检验。",
                    group.p, ratio.tests
                )
            )
        );
    }
}

/// What was tested, with the smallest probability of each kind.
pub fn tests(out: &mut String, ratio: &SampleRatio) {
    let _ = write!(
        out,
        "<div class=\"scroll\"><table class=\"split\"><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr><tr><td>{}</td><td></td><td>{:.4}</td><td></td></tr>",
        both("sample ratio", "样本比例检验"),
        both("groups tested", "检验的分组"),
        both("p", "p 值"),
        both("least likely group", "最异常的分组"),
        both("all units", "全部样本"),
        ratio.p
    );
    for kind in &ratio.by {
        let (en, zh) = name(kind.by);
        let (p, value) = match kind.groups.first() {
            Some(least) => (format!("{:.4}", least.p_corrected), escape(&least.value)),
            None => ("–".into(), "–".into()),
        };
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{p}</td><td>{value}{}</td></tr>",
            both(&format!("by {en}"), &format!("按{zh}")),
            kind.tested,
            unknown(kind)
        );
    }
    let _ = write!(
        out,
        "</table></div><p class=\"note\">{}</p>",
        both(
            &format!(
                "p of a group is multiplied by the {} tests of all groups; below 0.001 nothing is compared. The browser is the name in the user agent, \
                 the entry page the first of the visit with the first exposure; groups with fewer than 8 planned units of a variation are put together.",
                ratio.tests
            ),
            &format!(
                "各分组的 p 值已乘以全部 {} 次检验；低于 0.001 则不作比较。浏览器取自 user agent；入口页面为首次曝光所在访问的第一个页面；任一组计划样本不足 8 的分组已合并。",
                ratio.tests
            )
        )
    );
}
