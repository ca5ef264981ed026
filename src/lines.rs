//! Texts cut at a byte. The standard library's patterns handle any character and any search, and cost the page a
//! kilobyte for it.

/// Takes the text up to the next `at`, which must be ASCII; all that is left where there is none.
pub fn cut<'a>(rest: &mut &'a str, at: u8) -> &'a str {
    let end = rest.bytes().position(|byte| byte == at);
    let (taken, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after.get(1..).unwrap_or("");
    taken
}

/// All parts between the `at`, as `str::split` gives them.
pub fn parts(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest.as_mut()?;
        let whole = text.len();
        let taken = cut(text, at);
        if taken.len() == whole {
            rest = None;
        }
        Some(taken)
    })
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
