//! Names folded to numbers, so that `Product Viewed`, `product_viewed` and `productViewed` are one, and so that the
//! tables of names carry four bytes a row into the page instead of text.

/// The identity of a name, whatever its letter case and separators (space, `_`, `-`): FNV-1a, 32 bits, of the rest.
/// Two names in the tables never meet (tested); a stranger that meets one is checked like it.
pub const fn fold(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (mut hash, mut at) = (0x811c_9dc5u32, 0);
    while at < bytes.len() {
        let byte = bytes[at].to_ascii_lowercase();
        if !matches!(byte, b' ' | b'_' | b'-') {
            hash = (hash ^ byte as u32).wrapping_mul(0x0100_0193);
        }
        at += 1;
    }
    hash
}
