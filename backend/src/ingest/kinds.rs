//! Words for what a shopper did, beyond the event names that the page understands.

use super::Kind;
use super::table::fold;

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Used(Kind),
    /// Understood, and of no use for training.
    Unused(&'static str),
}

/// The meaning of a word; letter case, separators and a plural do not matter.
pub(crate) fn word(text: &str) -> Option<Meaning> {
    let word = fold(text);
    let single = word.strip_suffix('s').unwrap_or(&word);
    known(&word).or_else(|| known(single))
}

fn known(word: &str) -> Option<Meaning> {
    Some(Meaning::Used(match word {
        "view" | "click" | "pv" | "detail" | "detailview" | "itemview" | "pageview"
        | "viewitem" | "viewproduct" | "viewedproduct" | "productview" | "浏览" | "点击"
        | "查看" | "查看商品" | "浏览商品" => Kind::View,
        "cart" | "addtocart" | "addcart" | "add" | "basket" | "addtobasket" | "carted"
        | "addedproduct" | "加购" | "加入购物车" | "加购物车" | "购物车" => {
            Kind::Cart
        }
        "buy" | "bought" | "purchase" | "purchased" | "transaction" | "order" | "ordered"
        | "sale" | "sold" | "checkout" | "completedorder" | "orderplaced" | "购买" | "下单"
        | "支付" | "付款" | "成交" | "订单" => Kind::Buy,
        "fav" | "favorite" | "favourite" | "collect" | "wishlist" | "like" | "收藏" => {
            return Some(Meaning::Unused("favourite"));
        }
        "removefromcart" | "removedproduct" | "uncart" | "移出购物车" | "删除购物车" => {
            return Some(Meaning::Unused("taken out of the cart"));
        }
        "return" | "refund" | "refunded" | "returned" | "退货" | "退款" => {
            return Some(Meaning::Unused("(returned)"));
        }
        "impression" | "exposure" | "show" | "曝光" | "展示" => {
            return Some(Meaning::Unused("impression"));
        }
        "search" | "搜索" => return Some(Meaning::Unused("search")),
        "rating" | "review" | "评价" | "评论" => return Some(Meaning::Unused("review")),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_logs_in_any_number_and_language_are_understood() {
        for (text, kind) in [
            ("view", Kind::View),
            ("Clicks", Kind::View),
            ("pv", Kind::View),
            ("Viewed Product", Kind::View),
            ("浏览", Kind::View),
            ("carts", Kind::Cart),
            ("add_to_cart", Kind::Cart),
            ("加购", Kind::Cart),
            ("orders", Kind::Buy),
            ("Purchases", Kind::Buy),
            ("Completed Order", Kind::Buy),
            ("购买", Kind::Buy),
        ] {
            assert_eq!(word(text), Some(Meaning::Used(kind)), "{text}");
        }
        assert_eq!(word("fav"), Some(Meaning::Unused("favourite")));
        for text in ["mobile", "desktop", "", "s", "4"] {
            assert_eq!(word(text), None, "{text}");
        }
    }
}
