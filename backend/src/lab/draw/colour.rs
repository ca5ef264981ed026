//! Colours and what is done with them.

use std::fmt;

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

pub const WHITE: Colour = Colour([255; 3]);
const BLACK: Colour = Colour([0; 3]);

impl Colour {
    /// Six hexadecimal digits, as the tables write them.
    pub fn parse(digits: &str) -> Self {
        match u32::from_str_radix(digits, 16) {
            Ok(number) if digits.len() == 6 => {
                let [_, red, green, blue] = number.to_be_bytes();
                Colour([red, green, blue])
            }
            _ => panic!("{digits:?} is no colour"),
        }
    }

    /// `share` of the other colour, the rest of this.
    pub fn mix(self, other: Colour, share: f64) -> Self {
        let part = |i: usize| {
            let (own, foreign) = (f64::from(self.0[i]), f64::from(other.0[i]));
            (own + (foreign - own) * share).round() as u8
        };
        Colour([part(0), part(1), part(2)])
    }

    pub fn darker(self, share: f64) -> Self {
        self.mix(BLACK, share)
    }

    /// 0 black, 1 white.
    pub fn lightness(self) -> f64 {
        let (low, high) = self.range();
        (low + high) / 2.0
    }

    /// 0 grey, 1 as vivid as it can be.
    pub fn saturation(self) -> f64 {
        let (low, high) = self.range();
        if high == 0.0 {
            0.0
        } else {
            (high - low) / high
        }
    }

    fn range(self) -> (f64, f64) {
        let channels = self.0.map(|channel| f64::from(channel) / 255.0);
        channels
            .into_iter()
            .fold((1.0, 0.0), |(low, high), channel| {
                (f64::min(low, channel), f64::max(high, channel))
            })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_moves_from_one_to_the_other() {
        let red = Colour::parse("c00000");
        assert_eq!(red.mix(WHITE, 0.0), red);
        assert_eq!(red.mix(WHITE, 1.0), WHITE);
        assert_eq!(red.darker(0.5).to_string(), "#600000");
        assert!(red.saturation() > 0.9 && WHITE.saturation() == 0.0);
    }
}
