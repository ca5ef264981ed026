//! From the path of a URL to a file below one of the served folders, and to nothing else.
//!
//! A path is split before it is decoded, so that an encoded slash is part of a name, and no file has such a name. Names
//! that begin with a dot are not served. The file found must lie below the folder after all symbolic links are followed.
//! By hand, since tower-http serves names with a dot and follows every link.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// One folder at one prefix.
pub struct Mount {
    prefix: Vec<String>,
    folder: PathBuf,
}

impl Mount {
    /// `prefix` is a path such as `/` or `/shop`; `folder` must exist.
    pub fn new(prefix: &str, folder: &Path) -> std::io::Result<Mount> {
        Ok(Mount {
            prefix: segments(prefix).unwrap_or_default(),
            folder: folder.canonicalize()?,
        })
    }
}

#[derive(Debug, PartialEq)]
pub enum Found {
    File(PathBuf),
    /// A folder asked for without its last slash, against which its page's relative links would go wrong.
    Folder,
    Nothing,
}

/// The mounts of a server; the longest prefix wins.
pub struct Mounts(Vec<Mount>);

impl Mounts {
    pub fn new(mut mounts: Vec<Mount>) -> Self {
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.prefix.len()));
        Self(mounts)
    }

    /// What the path of a URL names. Blocks on the disk.
    pub fn find(&self, url_path: &str) -> Found {
        let Some(names) = segments(url_path) else {
            return Found::Nothing;
        };
        for mount in &self.0 {
            if let Some(rest) = names.strip_prefix(mount.prefix.as_slice()) {
                return find_below(&mount.folder, rest, url_path.ends_with('/'));
            }
        }
        Found::Nothing
    }
}

fn find_below(folder: &Path, names: &[String], slash: bool) -> Found {
    let mut path = folder.to_owned();
    path.extend(names);
    let Some(resolved) = below(folder, &path) else {
        return Found::Nothing;
    };
    if !resolved.is_dir() {
        return match slash {
            true => Found::Nothing,
            false => Found::File(resolved),
        };
    }
    match below(folder, &resolved.join("index.html")) {
        Some(index) if index.is_file() && slash => Found::File(index),
        Some(index) if index.is_file() => Found::Folder,
        _ => Found::Nothing,
    }
}

fn below(folder: &Path, path: &Path) -> Option<PathBuf> {
    let resolved = path.canonicalize().ok()?;
    resolved.starts_with(folder).then_some(resolved)
}

/// The decoded names between the slashes; `None` if one of them may not be served.
fn segments(url_path: &str) -> Option<Vec<String>> {
    let path = url_path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return (url_path == "/").then(Vec::new);
    }
    path.split('/').map(name).collect()
}

fn name(segment: &str) -> Option<String> {
    let name = percent_decode_str(segment).decode_utf8().ok()?;
    let hidden = name.starts_with('.') && name != ".well-known";
    let refused = name.is_empty() || hidden || name.contains(['/', '\\', ':', '\0']);
    (!refused).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Site {
        _root: tempfile::TempDir,
        mounts: Mounts,
        page: PathBuf,
        shop: PathBuf,
    }

    /// A page folder at `/`, a shop folder at `/shop`, and a secret beside both.
    fn site() -> Site {
        let root = tempfile::tempdir().expect("a temporary folder");
        let base = root.path().canonicalize().expect("it exists");
        let (page, shop) = (base.join("page"), base.join("shop"));
        std::fs::create_dir_all(page.join("css")).expect("made");
        std::fs::create_dir_all(page.join("商品")).expect("made");
        std::fs::create_dir_all(&shop).expect("made");
        for file in [
            page.join("index.html"),
            page.join("css/a b.css"),
            page.join("商品/index.html"),
            page.join(".env"),
            shop.join("shop.json"),
            base.join("secret"),
        ] {
            std::fs::write(file, "x").expect("written");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(base.join("secret"), page.join("leak")).expect("linked");
            std::os::unix::fs::symlink(&base, page.join("up")).expect("linked");
            std::os::unix::fs::symlink(page.join("css"), page.join("styles")).expect("linked");
        }
        let mounts = Mounts::new(vec![
            Mount::new("/", &page).expect("it exists"),
            Mount::new("/shop", &shop).expect("it exists"),
        ]);
        Site {
            _root: root,
            mounts,
            page,
            shop,
        }
    }

    #[test]
    fn names_files_and_index_pages() {
        let site = site();
        for (url, expected) in [
            ("/", Found::File(site.page.join("index.html"))),
            ("/css/a%20b.css", Found::File(site.page.join("css/a b.css"))),
            (
                "/%E5%95%86%E5%93%81/",
                Found::File(site.page.join("商品/index.html")),
            ),
            ("/%E5%95%86%E5%93%81", Found::Folder),
            ("/shop/shop.json", Found::File(site.shop.join("shop.json"))),
            ("/shopping", Found::Nothing),
            ("/css/", Found::Nothing),
            ("/css", Found::Nothing),
            ("/index.html/", Found::Nothing),
            ("/missing", Found::Nothing),
        ] {
            assert_eq!(site.mounts.find(url), expected, "{url}");
        }
    }

    #[test]
    fn nothing_outside_is_named() {
        let site = site();
        for url in [
            "/../secret",
            "/..%2fsecret",
            "/%2e%2e/secret",
            "/%2e%2e%2fsecret",
            "/css/../../secret",
            "/..\\secret",
            "/..%5csecret",
            "//secret",
            "/css//a%20b.css",
            "/secret%00.css",
            "/.env",
            "/shop/../page/index.html",
            "/leak",
            "/up/secret",
            "/%ff",
            "secret",
            "",
            "//",
        ] {
            assert_eq!(site.mounts.find(url), Found::Nothing, "{url}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_stays_inside_is_followed() {
        let site = site();
        assert_eq!(
            site.mounts.find("/styles/a%20b.css"),
            Found::File(site.page.join("css/a b.css"))
        );
    }

    #[test]
    fn whatever_is_asked_stays_inside() {
        let site = site();
        let parts = vec![
            "..",
            ".",
            "/",
            "%2e",
            "%2f",
            "%5c",
            "%00",
            "\\",
            "secret",
            "css",
            "shop",
            "up",
            "leak",
            "%",
            "index.html",
        ];
        proptest!(|(parts in prop::collection::vec(prop::sample::select(parts), 0..8))| {
            let url = format!("/{}", parts.concat());
            if let Found::File(path) = site.mounts.find(&url) {
                prop_assert!(path.starts_with(&site.page) || path.starts_with(&site.shop), "{} {:?}", url, path);
            }
        });
    }
}
