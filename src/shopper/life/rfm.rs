//! Recency, frequency and monetary value (RFM, Hughes 1994) as digits 1–5, by the quintiles of the shop's customers.
//!
//! The cuts come from the model. Two shoppers of one digit are alike in nothing but that: no sum of digits is formed.

/// Four rising cuts each: days since the last order, orders, mean spend of an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cuts {
    /// Days since the last order.
    pub recency: [f64; 4],
    /// Number of orders.
    pub frequency: [f64; 4],
    /// Mean spend of an order.
    pub monetary: [f64; 4],
}

/// 5 is best: the most recent, the most orders, the highest spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Digit of recency, 1–5.
    pub recency: u8,
    /// Digit of frequency, 1–5.
    pub frequency: u8,
    /// Digit of spend, 1–5.
    pub monetary: u8,
}

/// How many of the rising cuts a value is above.
fn above(cuts: &[f64; 4], value: f64) -> u8 {
    cuts.iter().filter(|cut| value > **cut).count() as u8
}

impl Cuts {
    /// Twelve numbers, each four of them rising.
    pub fn checked(numbers: &[f64]) -> Option<Cuts> {
        let part = |from: usize| -> Option<[f64; 4]> {
            let four: [f64; 4] = numbers.get(from..from + 4)?.try_into().ok()?;
            let sound = four.iter().all(|cut| (0.0..=1e12).contains(cut)) && four.is_sorted();
            sound.then_some(four)
        };
        Some(Cuts {
            recency: part(0)?,
            frequency: part(4)?,
            monetary: part(8)?,
        })
    }

    /// Digits of a customer.
    pub fn digits(&self, days: f64, orders: f64, spend: f64) -> Digits {
        Digits {
            recency: 5 - above(&self.recency, days),
            frequency: 1 + above(&self.frequency, orders),
            monetary: 1 + above(&self.monetary, spend),
        }
    }
}

impl Digits {
    /// The customary name of this part of the recency–frequency grid.
    pub fn segment(self) -> &'static str {
        match (self.recency, self.frequency.max(self.monetary)) {
            (4.., 4..) if self.frequency >= 4 => "champion",
            (3.., 3..) if self.frequency >= 3 => "loyal",
            (5, ..) if self.frequency == 1 => "new",
            (4.., _) => "promising",
            (3, _) => "needs_attention",
            (..=2, 5) => "cannot_lose",
            (..=2, 3..) => "at_risk",
            (2, _) => "about_to_sleep",
            _ => "lost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_is_the_fifth_of_customers_that_the_shopper_is_in() {
        let numbers = [
            7.0, 30.0, 60.0, 120.0, 1.0, 2.0, 4.0, 8.0, 10.0, 20.0, 40.0, 80.0,
        ];
        let cuts = Cuts::checked(&numbers).unwrap();
        let digits = |days, orders, spend| {
            let Digits {
                recency,
                frequency,
                monetary,
            } = cuts.digits(days, orders, spend);
            (recency, frequency, monetary)
        };
        assert_eq!(
            digits(7.0, 1.0, 10.0),
            (5, 1, 1),
            "a cut belongs to the fifth below it"
        );
        assert_eq!(digits(7.1, 1.5, 10.5), (4, 2, 2));
        assert_eq!(digits(121.0, 9.0, 500.0), (1, 5, 5));
        assert_eq!(cuts.digits(1.0, 9.0, 5.0).segment(), "champion");
        assert_eq!(cuts.digits(1.0, 1.0, 5.0).segment(), "new");
        assert_eq!(cuts.digits(200.0, 9.0, 500.0).segment(), "cannot_lose");
        assert_eq!(cuts.digits(200.0, 1.0, 5.0).segment(), "lost");
        assert!(Cuts::checked(&numbers[..11]).is_none());
        assert!(
            Cuts::checked(&[3.0, 2.0, 1.0, 0.0, 1.0, 2.0, 4.0, 8.0, 1.0, 2.0, 3.0, 4.0]).is_none()
        );
    }
}
