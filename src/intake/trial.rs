//! Orders that nobody placed: a shop's own trials of its checkout.
//!
//! Known by their number (`TEST-1001`), by goods that are all trial goods (`test-product`), or by costing nothing though a
//! price was said and neither coupon nor discount explains it. A `test-kit` is goods and `Testarossa-5` an order.

use super::event::Event;
use super::field::{Field, Scalar};
use super::kind::Kind;

/// What may follow `test` in the key of trial goods.
const GOODS: [&str; 5] = ["", "sku", "product", "item", "order"];

pub(super) fn is_trial(event: &Event) -> bool {
    event.kind == Kind::OrderCompleted
        && (event.text(Field::OrderId).is_some_and(is_number)
            || event.products.iter().all(|product| is_goods(&product.id))
            || costs_nothing(event))
}

/// What follows the word, if it stands at the beginning and is a word.
fn after_test(text: &str) -> Option<&[u8]> {
    let (word, rest) = text.as_bytes().split_first_chunk::<4>()?;
    let goes_on = rest
        .first()
        .is_some_and(|next| next.is_ascii_alphabetic() || !next.is_ascii());
    (word.eq_ignore_ascii_case(b"test") && !goes_on).then_some(rest)
}

fn is_number(order: &str) -> bool {
    after_test(order).is_some()
}

fn is_goods(key: &str) -> bool {
    after_test(key).is_some_and(|rest| {
        let mut letters = Vec::new();
        for byte in rest {
            if byte.is_ascii_alphabetic() || !byte.is_ascii() {
                letters.push(byte.to_ascii_lowercase());
            }
        }
        GOODS.iter().any(|goods| letters == goods.as_bytes())
    })
}

fn costs_nothing(event: &Event) -> bool {
    let (mut said, mut nothing) = (false, true);
    let mut hear = |amount: f64| {
        said = true;
        nothing &= amount == 0.0;
    };
    for product in &event.products {
        if let Some(price) = product.price {
            hear(price);
        }
        if product.fields.iter().any(explains) {
            return false;
        }
    }
    for one in &event.fields {
        match one {
            _ if explains(one) => return false,
            (
                Field::Revenue | Field::Subtotal | Field::Value | Field::Total,
                Scalar::Amount(amount),
            ) => hear(*amount),
            _ => {}
        }
    }
    said && nothing
}

fn explains((field, _): &(Field, Scalar)) -> bool {
    matches!(field, Field::Coupon | Field::Discount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Product;

    fn order(number: &str, goods: &[(&str, Option<f64>)], fields: &[(Field, f64)]) -> bool {
        let mut event = Event::about(Kind::OrderCompleted, 1, [""; 0]);
        for (key, price) in goods {
            let mut product = Product::new(*key);
            product.price = *price;
            event.products.push(product);
        }
        event.fields = fields
            .iter()
            .map(|(field, amount)| (*field, Scalar::Amount(*amount)))
            .collect();
        event
            .fields
            .push((Field::OrderId, Scalar::Text(number.into())));
        is_trial(&event)
    }

    #[test]
    fn trials_are_known_and_orders_are_let_through() {
        let one = [("sku-1", Some(9.0))];
        for number in ["test", "TEST-1001", "Test_5", "test 7", "test1"] {
            assert!(order(number, &one, &[]), "{number}");
        }
        for number in ["1001", "Testarossa-5", "contest-5", "attest"] {
            assert!(!order(number, &one, &[]), "{number}");
        }
        for key in ["test", "TEST-SKU", "test-product-3", "test_item", "test-1"] {
            assert!(order("1", &[(key, Some(9.0))], &[]), "{key}");
        }
        for key in [
            "test-kit",
            "testing-strips",
            "pregnancy-test",
            "test-kit-product",
        ] {
            assert!(!order("1", &[(key, Some(9.0))], &[]), "{key}");
        }
        let mixed = [("test-sku", Some(1.0)), ("sku-1", Some(9.0))];
        assert!(!order("1", &mixed, &[]));
    }

    #[test]
    fn what_costs_nothing_is_a_trial_unless_something_explains_it() {
        let free = [("sku-1", Some(0.0))];
        assert!(order("1", &free, &[]));
        assert!(order("1", &free, &[(Field::Total, 0.0)]));
        assert!(!order(
            "1",
            &free,
            &[(Field::Total, 0.0), (Field::Discount, 9.0)]
        ));
        assert!(!order("1", &[("sku-1", None)], &[]), "no price was said");
        assert!(!order(
            "1",
            &[("gift", Some(0.0)), ("sku-1", Some(9.0))],
            &[]
        ));
        assert!(!order("1", &[("sku-1", None)], &[(Field::Total, 5.0)]));
    }
}
