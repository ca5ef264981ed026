//! Texts cut at a byte. The standard library's patterns handle any character and any search, and cost the page a
//! kilobyte for it.

/// Takes the text up to the next `at`, which must be ASCII; all that is left where there is none.
pub fn cut<'a>(rest: &mut &'a str, at: u8) -> &'a str {
    let end = rest.bytes().position(|byte| byte == at);
    let (taken, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after.get(1..).unwrap_or("");
    taken
}

/// Two texts as one. The standard library joins any number of anything, and has each caller lay them out for it.
#[inline(never)]
pub fn join(first: &str, second: &str) -> String {
    let mut both = String::with_capacity(first.len() + second.len());
    both.push_str(first);
    both.push_str(second);
    both
}

/// All parts between the `at`, as `str::split` gives them.
pub fn parts(text: &str, at: u8) -> Parts<'_> {
    Parts {
        rest: Some(text),
        at,
    }
}

/// Iterator over the parts of a text between separators.
pub struct Parts<'a> {
    rest: Option<&'a str>,
    at: u8,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.as_mut()?;
        let whole = rest.len();
        let taken = cut(rest, self.at);
        if taken.len() == whole {
            self.rest = None;
        }
        Some(taken)
    }
}

/// All parts in a list.
pub fn list(text: &str, at: u8) -> Vec<&str> {
    let mut list = Vec::new();
    for part in parts(text, at) {
        list.push(part);
    }
    list
}

/// Line `n` from 0; nothing beyond the last. A table of texts is kept so in the page, where a pointer and a length for
/// each would take more than the walk.
#[inline(never)]
pub fn nth(lines: &str, n: usize) -> &str {
    parts(lines, b'\n').nth(n).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library_does(text in "[ab\n\u{e9}]{0,12}") {
            prop_assert!(parts(&text, b'\n').eq(text.split('\n')));
            let mut rest = text.as_str();
            let (first, after) = text.split_once('\n').unwrap_or((&text, ""));
            prop_assert_eq!(cut(&mut rest, b'\n'), first);
            prop_assert_eq!(rest, after);
        }
    }
}
