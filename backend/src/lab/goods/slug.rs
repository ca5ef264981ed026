//! Ids that a person can read.

/// Lower-case letters and digits with single hyphens between the words.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            'é' => slug.push('e'),
            '×' => slug.push('x'),
            '²' => slug.push('2'),
            '\'' | '’' => {}
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn words_and_numbers_remain() {
        assert_eq!(
            slug("Kids' Purée, 4 × 125 g & more"),
            "kids-puree-4-x-125-g-more"
        );
        assert_eq!(slug("<img src=x> 红"), "img-src-x");
    }
}
