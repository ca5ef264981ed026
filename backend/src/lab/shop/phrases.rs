//! Phrases of reviews, English and Chinese side by side.

use crate::random::Random;

type Both = [&'static str; 2];

/// What a product is, as far as words about it differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Device,
    Food,
    Wear,
    Care,
    Home,
}

/// The family of a category.
pub fn family(category: &str) -> Family {
    let is = |names: &[&str]| names.iter().any(|name| category.starts_with(name));
    if is(&[
        "Phones",
        "Watches",
        "Computers",
        "Audio",
        "Appliances",
        "Television",
    ]) {
        Family::Device
    } else if is(&["Fresh", "Imported Food"]) {
        Family::Food
    } else if is(&["Fashion", "Sports"]) {
        Family::Wear
    } else if is(&["Beauty", "Mother & Baby"]) {
        Family::Care
    } else {
        Family::Home
    }
}

fn pick(random: &mut Random, from: &[Both]) -> Both {
    from[random.below(from.len())]
}

/// The headline of a review.
pub fn head(rating: u8, random: &mut Random) -> Both {
    let heads: &[Both] = match rating {
        5 => &[
            ["Exactly what I hoped for", "和期待的一模一样"],
            ["I would buy it again", "还会回购"],
            ["Better than the pictures", "比图片还好"],
            ["A quiet delight", "低调的惊喜"],
            ["Already recommended it to friends", "已经推荐给朋友"],
            ["Worth every yuan", "物有所值"],
        ],
        4 => &[
            ["Good, with one small wish", "不错，有一点小遗憾"],
            ["Very nearly perfect", "差一点就完美"],
            ["Solid choice", "稳妥之选"],
            ["Happy with it", "挺满意"],
        ],
        3 => &[
            ["Does the job", "够用"],
            ["Fine for the price", "这个价位还行"],
        ],
        _ => &[
            ["Not for me", "不太适合我"],
            ["I had expected more", "没有想象中好"],
        ],
    };
    pick(random, heads)
}

/// The sentence about the thing.
pub fn said(family: Family, rating: u8, random: &mut Random) -> Both {
    let well = rating > 3;
    let said: &[Both] = match (family, well) {
        (Family::Device, true) => &[
            [
                "Set up in five minutes and has not let me down since.",
                "五分钟就设置好了，一直很稳定。",
            ],
            [
                "The battery gets me through the day with some to spare.",
                "续航一整天还有富余。",
            ],
            [
                "Fast, quiet, and the finish feels dearer than it was.",
                "又快又安静，做工看着比价格贵。",
            ],
            [
                "Works with the rest of what I own without any fuss.",
                "和家里其他设备配合得很顺。",
            ],
        ],
        (Family::Device, false) => &[
            ["It gets warm when I ask a lot of it.", "用得猛了会发热。"],
            ["The manual could say more.", "说明书写得太简单。"],
        ],
        (Family::Food, true) => &[
            ["Fresh, and gone within two days.", "很新鲜，两天就吃完了。"],
            [
                "The taste is the one I remember from home.",
                "就是记忆里家乡的味道。",
            ],
            [
                "Not too sweet, the children ask for it.",
                "不会太甜，孩子主动要吃。",
            ],
            [
                "Arrived cold and without a bruise.",
                "到手还是冰的，一点没磕碰。",
            ],
        ],
        (Family::Food, false) => &[
            ["A little dry this time.", "这次有点干。"],
            ["Smaller than I thought.", "比想象的小。"],
        ],
        (Family::Wear, true) => &[
            [
                "True to size, and it keeps its shape after washing.",
                "尺码标准，洗了不变形。",
            ],
            [
                "Light enough to forget that I am wearing it.",
                "轻得像没穿一样。",
            ],
            ["The colour is the one on the screen.", "颜色和图片一致。"],
            ["Comfortable from the first day.", "第一天就很舒服。"],
        ],
        (Family::Wear, false) => &[
            ["Runs small, take one size more.", "偏小，建议大一码。"],
            ["The seams could be neater.", "走线可以更细致。"],
        ],
        (Family::Care, true) => &[
            ["Gentle, no scent that stays.", "很温和，没有残留的香味。"],
            ["My skin was calmer within a week.", "一周后皮肤稳定多了。"],
            ["A little of it goes a long way.", "每次一点点就够。"],
            ["Soft, and easy to wash off.", "柔软，好清洗。"],
        ],
        (Family::Care, false) => &[
            ["Too rich for my skin in summer.", "夏天用有点油。"],
            [
                "The cap is hard to open with wet hands.",
                "手湿的时候盖子不好开。",
            ],
        ],
        (Family::Home, true) => &[
            [
                "Sturdy, and it looks good on the table.",
                "结实，摆在桌上也好看。",
            ],
            ["It made a small chore a pleasure.", "把小家务变成了享受。"],
            ["Easy to clean and easy to put away.", "好清洗，也好收纳。"],
            ["We use it every single day.", "每天都在用。"],
        ],
        (Family::Home, false) => &[
            ["It takes more room than I thought.", "比想象的占地方。"],
            ["One corner came with a scratch.", "有一角有划痕。"],
        ],
    };
    pick(random, said)
}

/// A sentence about how it came.
pub fn besides(rating: u8, random: &mut Random) -> Both {
    let said: &[Both] = if rating > 2 {
        &[
            [
                "Delivered the next day, well packed.",
                "隔天就到，包装很好。",
            ],
            ["The courier called ahead.", "快递员提前打了电话。"],
            [
                "I asked before buying and got a clear answer.",
                "买前咨询过，客服答得很清楚。",
            ],
            [
                "The second one I have bought here.",
                "这是在这里买的第二件。",
            ],
        ]
    } else {
        &[
            [
                "Sending it back was no trouble, though.",
                "不过退货很顺利。",
            ],
            ["Service was friendly about it.", "客服态度倒是不错。"],
        ]
    };
    pick(random, said)
}

/// Under a buyer's photo or video.
pub fn caption(kind: &str, random: &mut Random) -> Both {
    let captions: &[Both] = match kind {
        "video" => &[
            ["Half a minute of it in use", "半分钟上手实拍"],
            ["Unpacking it", "开箱视频"],
        ],
        _ => &[
            ["At home, in daylight", "家里自然光实拍"],
            ["On my desk", "放在我的桌上"],
            ["Just unpacked", "刚拆箱"],
            ["After a month of use", "用了一个月"],
        ],
    };
    pick(random, captions)
}

/// Names as shops mask them.
pub fn who(random: &mut Random) -> Both {
    pick(
        random,
        &[
            ["L***n", "林**"],
            ["M***i", "梅**"],
            ["Z***o", "周**"],
            ["C***g", "陈**"],
            ["W***a", "王**"],
            ["H***u", "胡**"],
            ["T***y", "唐**"],
            ["S***e", "沈**"],
            ["Q***n", "秦**"],
            ["Y***g", "杨**"],
        ],
    )
}

/// Backgrounds that buyers' photos are taken before.
pub const SCENES: usize = 4;

pub const GUIDE: Both = [
    "Before you compare prices, compare these: {}. Decide which of them you would notice every day, and let the others go. Then look at two products side by side, one dearer and one cheaper, and ask what the difference buys.",
    "比价格之前，先比这几样：{}。想清楚哪一样您每天都会用到，其余的不必强求。再挑一贵一便宜两件放在一起看，问问差价买到了什么。",
];
pub const GUIDE_PLAIN: Both = [
    "Start from how often you will use it, and for how many people. What is used daily deserves the better one; for the rest the plain one will do.",
    "先想想多久用一次、几个人用。天天用的值得买好一点，偶尔用的，朴素的就够了。",
];
pub const NEWS: Both = ["On the shelves since October: {}.", "十月起上架：{}。"];
