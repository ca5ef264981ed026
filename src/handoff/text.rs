//! A snapshot in words, for whoever reads it within five seconds: what somebody wants, what went wrong, what not to mention.
//!
//! Titles come from the page; an item without one is left unsaid, never shown as an id.

use crate::value::Value;

/// A sentence or heading in English and Chinese; `{}` stands for what is counted or named.
type Both = (&'static str, &'static str);

const PHASES: [(&str, Both); 5] = [
    ("explore", ("Is looking around.", "随便看看。")),
    ("compare", ("Is comparing.", "正在比较。")),
    ("decide", ("Is about to decide.", "正在做决定。")),
    ("checkout", ("Is about to pay.", "正要付款。")),
    ("leaving", ("Was about to leave.", "正要离开。")),
];
const HESITATES: [(&str, Both); 5] = [
    ("price", ("Hesitates over the price.", "对价格有顾虑。")),
    ("fit", ("Is not sure that it fits.", "不确定尺寸是否合适。")),
    (
        "trust",
        ("Wants to know what others say of it.", "想了解口碑。"),
    ),
    ("delivery", ("Has questions about delivery.", "关心配送。")),
    (
        "comparison",
        ("Cannot choose between alternatives.", "在几款之间犹豫。"),
    ),
];
const REASONS: [(&str, Both); 9] = [
    ("looks", ("Looked at it {}×.", "看过 {} 次。")),
    (
        "switches",
        (
            "Went back and forth between products {}×.",
            "来回比较 {} 次。",
        ),
    ),
    (
        "delivery",
        ("Read about delivery or returns.", "看过配送或退货说明。"),
    ),
    ("size", ("Read about sizes.", "看过尺寸说明。")),
    ("reviews", ("Read reviews.", "看过评价。")),
    ("price", ("Copied the price.", "复制过价格。")),
    ("coupon", ("Looked for a coupon.", "找过优惠券。")),
    ("carted", ("Put it into the cart.", "加过购物车。")),
    ("asked", ("Asked in a live room.", "在直播间提过问。")),
];
const AFTER_SALES: [(&str, Both); 2] = [
    ("returns", ("Returns and refunds: {}", "退货退款：{} 次")),
    (
        "issues",
        ("Waits for help with a problem: {}", "等待处理的问题：{} 个"),
    ),
];
const STATES: [(&str, Both); 4] = [
    ("placed", ("on its way", "配送中")),
    ("delivered", ("delivered", "已送达")),
    ("cancelled", ("cancelled", "已取消")),
    ("refunded", ("refunded", "已退款")),
];
const WHY: [(&str, Both); 2] = [
    ("disliked", ("said it is not for them", "表示不感兴趣")),
    ("returned", ("returned something of it", "退过此类商品")),
];

/// What the page knows and a snapshot does not say: names of items, categories and stores, and times as people write them.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Chinese instead of English.
    pub chinese: bool,
    /// Names by item id, category, brand or store id.
    pub names: &'a Value,
    /// Times as texts, by their milliseconds.
    pub times: &'a Value,
}

impl Words<'_> {
    fn pick(&self, both: Both) -> &'static str {
        if self.chinese { both.1 } else { both.0 }
    }

    fn of(&self, table: &'static [(&'static str, Both)], code: &str) -> Option<&'static str> {
        let found = table.iter().find(|(known, _)| *known == code);
        found.map(|(_, both)| self.pick(*both))
    }

    fn name(&self, id: &str) -> Option<&str> {
        self.names.get(id).and_then(Value::text)
    }

    fn time(&self, value: &Value, name: &str) -> Option<&str> {
        let time = value.get(name)?.to_json();
        self.times.get(&time).and_then(Value::text)
    }
}

/// The snapshot as sections: a heading and its lines. Empty sections are left out.
pub fn sections(snapshot: &Value, words: &Words) -> Vec<(&'static str, Vec<String>)> {
    let list = |name: &str| snapshot.get(name).map_or(&[][..], Value::elements);
    let intent = snapshot.get("intent").cloned().unwrap_or_default();
    let mut wants: Vec<String> = Vec::new();
    wants.extend(words.name(intent.text_of("item")).map(String::from));
    wants.extend(words.of(&PHASES, intent.text_of("phase")).map(String::from));
    wants.extend(
        words
            .of(&HESITATES, intent.text_of("reason"))
            .map(String::from),
    );
    let visit = snapshot.get("visit").cloned().unwrap_or_default();
    if let Some(store) = words.name(visit.text_of("store")) {
        let said = words.pick(("Visit booked: {}", "已预约到店：{}"));
        wants.push(with(
            said,
            &spaced(&[Some(store), words.time(&visit, "time")]),
        ));
    }
    let reasons = list("reasons").iter().filter_map(|reason| {
        let said = words.of(&REASONS, reason.text_of("code"))?;
        Some(with(
            said,
            &reason.get("count").unwrap_or(&Value::Null).to_json(),
        ))
    });
    let browsing = list("browsing").iter().filter_map(|seen| {
        let cart = words.pick(("in the cart", "已加购物车"));
        let in_cart = seen.get("inCart") == Some(&Value::Bool(true));
        let name = words.name(seen.text_of("item"))?;
        Some(spaced(&[Some(name), in_cart.then_some(cart)]))
    });
    let orders = list("orders").iter().map(|order| {
        let items = order.get("items").map_or(&[][..], Value::elements);
        let names: Vec<&str> = items
            .iter()
            .filter_map(|item| words.name(item.text()?))
            .collect();
        let names = names.join(words.pick((", ", "、")));
        let id = Some(order.text_of("id")).filter(|id| !id.is_empty());
        spaced(&[
            words.time(order, "time"),
            id,
            words.of(&STATES, order.text_of("state")),
            Some(names.as_str()).filter(|names| !names.is_empty()),
        ])
    });
    let enquiries = list("enquiries").iter().map(|one| {
        let open = one.get("open") == Some(&Value::Bool(true));
        let open = words.pick(if open {
            ("still open", "未解决")
        } else {
            ("answered", "已解决")
        });
        let topic = Some(one.text_of("topic")).filter(|topic| !topic.is_empty());
        spaced(&[
            words.time(one, "time"),
            topic,
            words.name(one.text_of("item")),
            Some(open),
        ])
    });
    let after = list("afterSales").iter().filter_map(|one| {
        let said = words.of(&AFTER_SALES, one.text_of("what"))?;
        Some(with(
            said,
            &one.get("count").unwrap_or(&Value::Null).to_json(),
        ))
    });
    let preferences = list("preferences")
        .iter()
        .filter_map(|one| match one.text_of("kind") {
            "price" => Some(String::from(match one.text_of("name") {
                "low" => words.pick(("Buys in the lower price range.", "偏好较低价位。")),
                "high" => words.pick(("Buys in the upper price range.", "偏好较高价位。")),
                _ => words.pick(("Buys in the middle price range.", "偏好中等价位。")),
            })),
            _ => words.name(one.text_of("name")).map(String::from),
        });
    let unmentioned = list("doNotMention").iter().filter_map(|one| {
        let name = words.name(one.text_of("name"))?;
        Some(spaced(&[Some(name), words.of(&WHY, one.text_of("why"))]))
    });
    let tags = list("tags")
        .iter()
        .filter_map(|tag| tag.text().map(String::from));
    let all = [
        (("Wants", "需求"), wants),
        (("Do not mention", "请勿提及"), unmentioned.collect()),
        (("Why", "依据"), reasons.collect()),
        (
            ("Orders", "订单"),
            orders.filter(|line| !line.is_empty()).collect(),
        ),
        (("Browsing", "浏览"), browsing.collect()),
        (("Enquiries", "咨询"), enquiries.collect()),
        (("After-sales", "售后"), after.collect()),
        (("Likes", "偏好"), preferences.collect()),
        (("Tags", "标签"), tags.collect()),
    ];
    all.into_iter()
        .filter(|(_, lines): &(Both, Vec<String>)| !lines.is_empty())
        .map(|(heading, lines)| (words.pick(heading), lines))
        .collect()
}

/// All sections as plain text.
pub fn text(snapshot: &Value, words: &Words) -> String {
    let mut out = String::new();
    for (heading, lines) in sections(snapshot, words) {
        out.push_str(heading);
        out.push('\n');
        for line in lines {
            out.push_str("- ");
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

/// What is there, with dots between.
fn spaced(parts: &[Option<&str>]) -> String {
    let there: Vec<&str> = parts.iter().flatten().copied().collect();
    there.join(" · ")
}

fn with(said: &str, value: &str) -> String {
    let mut out = String::new();
    match said.split_once("{}") {
        Some((before, after)) => {
            out.push_str(before);
            out.push_str(value);
            out.push_str(after);
        }
        None => out.push_str(said),
    }
    out
}
