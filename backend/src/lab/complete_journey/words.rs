//! Readable names out of the data set's cash register shorthand, and Chinese for the common ones.

/// Shorthand, and what it stands for; an empty word is left out.
const SHORTHAND: &[(&str, &str)] = &[
    ("asst", "assorted"),
    ("bf", "beef"),
    ("bg", "bags"),
    ("bkd", "baked"),
    ("bkfst", "breakfast"),
    ("bn", "beans"),
    ("bnls", "boneless"),
    ("br", "bread"),
    ("brkfst", "breakfast"),
    ("brst", "breast"),
    ("btl", "bottle"),
    ("btr", "butter"),
    ("carb", "carbonated"),
    ("choc", "chocolate"),
    ("chix", "chicken"),
    ("chkn", "chicken"),
    ("ckd", "cooked"),
    ("ckys", "cookies"),
    ("cleang", "cleaning"),
    ("cndy", "candy"),
    ("cntrl", "control"),
    ("containr", "containers"),
    ("crbntd", "carbonated"),
    ("crkr", "crackers"),
    ("crystl", "crystal"),
    ("dnr", "dinner"),
    ("dnrs", "dinners"),
    ("dressng", "dressing"),
    ("drnk", "drink"),
    ("drnks", "drinks"),
    ("drnking", "drinking"),
    ("drsng", "dressing"),
    ("dsh", "dishes"),
    ("fd", "food"),
    ("flvrd", "flavored"),
    ("fre", "fresh"),
    ("frsh", "fresh"),
    ("frz", "frozen"),
    ("frzn", "frozen"),
    ("gds", "goods"),
    ("grnd", "ground"),
    ("hbc", "body care"),
    ("hshld", "household"),
    ("incl", ""),
    ("jhook", "small"),
    ("lf", "loaf"),
    ("mlt", "multi"),
    ("mneral", "mineral"),
    ("mw", "microwave"),
    ("mxs", "mixes"),
    ("org", "organic"),
    ("pckgd", "packaged"),
    ("pk", "pack"),
    ("pkld", "pickled"),
    ("pnt", "peanut"),
    ("pwdr", "powdered"),
    ("reg", "regular"),
    ("refrgratd", "refrigerated"),
    ("sald", "salad"),
    ("sft", "soft"),
    ("sherbts", "sherbets"),
    ("sndwch", "sandwich"),
    ("sngl", "single"),
    ("snks", "snacks"),
    ("spply", "supplies"),
    ("sply", "supplies"),
    ("sprd", "spreads"),
    ("srv", "serve"),
    ("ss", "single-serve"),
    ("suppplies", "supplies"),
    ("sv", "serve"),
    ("sw", "sweet"),
    ("sweetners", "sweeteners"),
    ("tiss", "tissue"),
    ("trsh", "trash"),
    ("tv", "TV"),
    ("vend", "vending"),
    ("veg", "vegetables"),
    ("wate", "water"),
    ("whl", "whole"),
    ("whlsm", "wholesome"),
    ("wht", "white"),
    ("wtr", "water"),
];

/// `FRZN VEGETABLE/VEG DSH` → `Frozen vegetable/vegetables dishes`. A parenthesis that the register cut off is left out.
pub fn sentence(shorthand: &str) -> String {
    let whole = match shorthand.rfind('(') {
        Some(open) if !shorthand[open..].contains(')') => &shorthand[..open],
        _ => shorthand,
    };
    let mut text = String::new();
    let mut word = String::new();
    for c in whole.to_lowercase().chars().chain([' ']) {
        if c.is_alphanumeric() || c == '\'' {
            word.push(c);
            continue;
        }
        let known = SHORTHAND.iter().find(|(short, _)| *short == word);
        text.push_str(known.map_or(&word, |(_, long)| long));
        word.clear();
        text.push(c);
        if c == ':' {
            text.push(' ');
        }
    }
    let text = text.replace('&', " & ");
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    capital(text.trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '%'))
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}

/// A package as shoppers write it: `2.5 OZ` → `2.5 oz`, `2 L` → `2 L`.
pub fn size(shorthand: &str) -> String {
    let lower = shorthand.to_lowercase();
    match lower.strip_suffix(" l") {
        Some(number) => format!("{number} L"),
        None => lower,
    }
}

/// A title in English: the kind of goods, told more precisely by the category where it says little, and the package.
pub fn title(kind: Option<&str>, category: &str, size: Option<&str>) -> String {
    let named = match kind.map(sentence).filter(|kind| !kind.is_empty()) {
        None => category.to_owned(),
        Some(kind) => {
            let short = !kind.contains(' ');
            if short && !shares_a_word(&kind, category) {
                format!("{category}: {}", kind.to_lowercase())
            } else {
                kind
            }
        }
    };
    match size {
        Some(size) => format!("{named}, {size}"),
        None => named,
    }
}

/// Words are compared without the `s` of the plural.
fn shares_a_word(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .map(|word| word.trim_end_matches('s').to_owned())
            .filter(|word| word.len() > 2)
            .collect()
    };
    let other = words(other);
    words(one).iter().any(|word| other.contains(word))
}

/// The Chinese name of a category, as the data set writes it.
pub fn chinese(category: &str) -> Option<&'static str> {
    let known = CATEGORIES.iter().find(|(code, _)| *code == category);
    known.map(|(_, zh)| *zh)
}

const CATEGORIES: &[(&str, &str)] = &[
    ("AIR CARE", "空气清新"),
    ("ANALGESICS", "止痛药"),
    ("APPLES", "苹果"),
    ("BABY FOODS", "婴儿食品"),
    ("BABY HBC", "婴儿洗护"),
    ("BACON", "培根"),
    ("BAG SNACKS", "袋装零食"),
    ("BAKED BREAD/BUNS/ROLLS", "面包"),
    ("BAKED SWEET GOODS", "甜点"),
    ("BAKING MIXES", "烘焙预拌粉"),
    ("BAKING NEEDS", "烘焙用料"),
    ("BATH TISSUES", "卫生纸"),
    ("BEANS - CANNED GLASS & MW", "豆罐头"),
    ("BEEF", "牛肉"),
    ("BEERS/ALES", "啤酒"),
    ("BERRIES", "浆果"),
    ("BLEACH", "漂白剂"),
    ("BREAD", "现烤面包"),
    ("BREAKFAST SAUSAGE/SANDWICHES", "早餐香肠与三明治"),
    ("BREAKFAST SWEETS", "早餐甜点"),
    ("BROCCOLI/CAULIFLOWER", "西兰花与花椰菜"),
    ("BROOMS AND MOPS", "扫帚拖把"),
    ("BUTTER", "黄油"),
    ("CAKES", "蛋糕"),
    ("CANDLES/ACCESSORIES", "蜡烛"),
    ("CANDY - CHECKLANE", "收银台糖果"),
    ("CANDY - PACKAGED", "包装糖果"),
    ("CANNED JUICES", "罐装果汁"),
    ("CARROTS", "胡萝卜"),
    ("CAT FOOD", "猫粮"),
    ("CAT LITTER", "猫砂"),
    ("CHEESE", "奶酪"),
    ("CHEESES", "精选奶酪"),
    ("CHICKEN", "鸡肉"),
    ("CHICKEN/POULTRY", "禽肉熟食"),
    ("CITRUS", "柑橘"),
    ("COCOA MIXES", "可可饮品"),
    ("COFFEE", "咖啡"),
    ("COLD AND FLU", "感冒用药"),
    ("COLD CEREAL", "即食麦片"),
    ("CONDIMENTS/SAUCES", "调味酱"),
    ("CONVENIENT BRKFST/WHLSM SNACKS", "早餐棒与健康零食"),
    ("COOKIES", "现烤曲奇"),
    ("COOKIES/CONES", "曲奇与蛋筒"),
    ("CRACKERS/MISC BKD FD", "饼干"),
    ("DELI MEATS", "熟食肉类"),
    ("DEODORANTS", "止汗露"),
    ("DIAPERS & DISPOSABLES", "纸尿裤"),
    ("DINNER MXS:DRY", "速食晚餐"),
    ("DINNER SAUSAGE", "香肠"),
    ("DISHWASH DETERGENTS", "洗碗剂"),
    ("DOG FOODS", "狗粮"),
    ("DOMESTIC WINE", "国产葡萄酒"),
    ("DRIED FRUIT", "果干"),
    ("DRY BN/VEG/POTATO/RICE", "米豆干货"),
    ("DRY MIX DESSERTS", "甜品粉"),
    ("DRY NOODLES/PASTA", "面条与意面"),
    ("DRY SAUCES/GRAVY", "调味粉"),
    ("EGGS", "鸡蛋"),
    ("FACIAL TISS/DNR NAPKIN", "纸巾与餐巾"),
    ("FD WRAPS/BAGS/TRSH BG", "保鲜膜与垃圾袋"),
    ("FEMININE HYGIENE", "女性护理"),
    ("FIRST AID PRODUCTS", "急救用品"),
    ("FLORAL-FRESH CUT", "鲜切花"),
    ("FLUID MILK PRODUCTS", "牛奶"),
    ("FROZEN BREAD/DOUGH", "冷冻面包与面团"),
    ("FROZEN MEAT", "冷冻肉"),
    ("FROZEN PIE/DESSERTS", "冷冻派与甜点"),
    ("FROZEN PIZZA", "冷冻披萨"),
    ("FRUIT - SHELF STABLE", "水果罐头"),
    ("FRZN BREAKFAST FOODS", "冷冻早餐"),
    ("FRZN MEAT/MEAT DINNERS", "冷冻肉食"),
    ("FRZN NOVELTIES/WTR ICE", "冰棍雪糕"),
    ("FRZN POTATOES", "冷冻土豆"),
    ("FRZN VEGETABLE/VEG DSH", "冷冻蔬菜"),
    ("GRAPES", "葡萄"),
    ("GREETING CARDS/WRAP/PARTY SPLY", "贺卡与派对用品"),
    ("HAIR CARE PRODUCTS", "护发"),
    ("HAND/BODY/FACIAL PRODUCTS", "身体与面部护理"),
    ("HEAT/SERVE", "加热即食"),
    ("HERBS", "香草"),
    ("HISPANIC", "拉美风味"),
    ("HOT CEREAL", "热麦片"),
    ("HOT DOGS", "热狗肠"),
    ("HOUSEHOLD CLEANG NEEDS", "家居清洁"),
    ("ICE CREAM/MILK/SHERBTS", "冰淇淋"),
    ("IMPORTED WINE", "进口葡萄酒"),
    ("INFANT FORMULA", "婴儿奶粉"),
    ("ISOTONIC DRINKS", "运动饮料"),
    ("KITCHEN GADGETS", "厨房小工具"),
    ("LAUNDRY ADDITIVES", "衣物护理"),
    ("LAUNDRY DETERGENTS", "洗衣剂"),
    ("LIQUOR", "烈酒"),
    ("LUNCHMEAT", "午餐肉"),
    ("MAGAZINE", "杂志"),
    ("MAKEUP AND TREATMENT", "彩妆护肤"),
    ("MARGARINES", "人造黄油"),
    ("MEAT - SHELF STABLE", "肉罐头"),
    ("MELONS", "瓜类"),
    ("MILK BY-PRODUCTS", "乳制品"),
    ("MUSHROOMS", "蘑菇"),
    ("ONIONS", "洋葱"),
    ("ORAL HYGIENE PRODUCTS", "口腔护理"),
    ("ORGANICS FRUIT & VEGETABLES", "有机果蔬"),
    ("PAPER HOUSEWARES", "纸制餐具"),
    ("PAPER TOWELS", "厨房纸"),
    ("PASTA SAUCE", "意面酱"),
    ("PEPPERS-ALL", "辣椒"),
    ("PET CARE SUPPLIES", "宠物用品"),
    ("PICKLE/RELISH/PKLD VEG", "腌菜"),
    ("PNT BTR/JELLY/JAMS", "花生酱与果酱"),
    ("POPCORN", "爆米花"),
    ("PORK", "猪肉"),
    ("POTATOES", "土豆"),
    ("PREPARED FOOD", "即食熟食"),
    ("PWDR/CRYSTL DRNK MX", "冲饮"),
    ("REFRGRATD DOUGH PRODUCTS", "冷藏面团"),
    ("REFRGRATD JUICES/DRNKS", "冷藏果汁"),
    ("ROLLS", "餐包"),
    ("SALAD BAR", "沙拉吧"),
    ("SALAD MIX", "沙拉菜"),
    ("SALADS/DIPS", "沙拉与蘸酱"),
    ("SALD DRSNG/SNDWCH SPRD", "沙拉酱"),
    ("SEAFOOD - FROZEN", "冷冻海鲜"),
    ("SEAFOOD - SHELF STABLE", "海鲜罐头"),
    ("SEAFOOD-FRESH", "鲜海产"),
    ("SHAVING CARE PRODUCTS", "剃须用品"),
    ("SHORTENING/OIL", "食用油"),
    ("SMOKED MEATS", "熏肉"),
    ("SNACK NUTS", "坚果"),
    ("SOAP - LIQUID & BAR", "香皂与洗手液"),
    ("SOFT DRINKS", "汽水饮料"),
    ("SOUP", "汤"),
    ("SPICES & EXTRACTS", "香料"),
    ("STATIONERY & SCHOOL SUPPLIES", "文具"),
    ("STONE FRUIT", "核果"),
    ("SUGARS/SWEETNERS", "糖与甜味剂"),
    ("TEAS", "茶"),
    ("TOMATOES", "番茄"),
    ("TOYS AND GAMES", "玩具与游戏"),
    ("TROPICAL FRUIT", "热带水果"),
    ("TURKEY", "火鸡"),
    ("VALUE ADDED FRUIT", "鲜切水果"),
    ("VEGETABLES - ALL OTHERS", "其他蔬菜"),
    ("VEGETABLES - SHELF STABLE", "蔬菜罐头"),
    ("VEGETABLES SALAD", "沙拉蔬菜"),
    ("VITAMINS", "维生素"),
    ("WATER - CARBONATED/FLVRD DRINK", "饮用水与气泡水"),
    ("YOGURT", "酸奶"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorthand_becomes_readable() {
        for (short, long) in [
            (
                "FRZN VEGETABLE/VEG DSH",
                "Frozen vegetable/vegetables dishes",
            ),
            (
                "SFT DRNK SNGL SRV BTL CARB (EX",
                "Soft drink single serve bottle carbonated",
            ),
            ("BREAD:ITALIAN/FRENCH", "Bread: italian/french"),
            ("CANDY BARS (SINGLES)", "Candy bars (singles)"),
            ("CHRISTMAS  SEASONAL", "Christmas seasonal"),
            ("", ""),
            ("(", ""),
        ] {
            assert_eq!(sentence(short), long);
        }
        assert_eq!(size("2.5 OZ"), "2.5 oz");
        assert_eq!(size("1.5 L"), "1.5 L");
    }

    #[test]
    fn titles_say_what_a_thing_is() {
        let titled = |kind, category, size| title(kind, category, size);
        assert_eq!(titled(Some("LEAN"), "Beef", None), "Beef: lean");
        assert_eq!(
            titled(Some("SANDWICH COOKIES"), "Cookies/cones", Some("12 oz")),
            "Sandwich cookies, 12 oz"
        );
        assert_eq!(titled(None, "Beef", None), "Beef");
        assert_eq!(
            titled(Some("POTATO CHIPS"), "Bag snacks", None),
            "Potato chips"
        );
        assert_eq!(
            titled(Some("SPICES & SEASONINGS"), "Spices & extracts", None),
            "Spices & seasonings"
        );
    }

    #[test]
    fn every_shorthand_and_category_is_listed_once() {
        for list in [SHORTHAND, CATEGORIES] {
            let mut keys: Vec<&str> = list.iter().map(|(key, _)| *key).collect();
            keys.sort_unstable();
            let before = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), before);
        }
    }
}
