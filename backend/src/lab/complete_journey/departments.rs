//! The supermarket's departments: their names and the picture that their goods share.

/// A department whose goods a shop would show.
pub struct Department {
    /// As the data set writes it.
    pub code: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
    /// What it sells is used up and bought again.
    pub repeatable: bool,
    pub colour: &'static str,
    /// SVG on a square of 200, drawn in `currentColor` on a tint of it.
    glyph: &'static str,
}

/// Departments that sell no goods: fuel, coupons, postage, counters of the shop itself.
const NO_GOODS: [&str; 10] = [
    "FUEL",
    "COUPON",
    "MISCELLANEOUS",
    "TRAVEL & LEISURE",
    "PHOTO & VIDEO",
    "POSTAL CENTER",
    "CNTRL/STORE SUP",
    "CHARITABLE CONT",
    "PROD-WHS SALES",
    "GM MERCH EXP",
];

/// A category, of any department, for what the register had no better place.
const COUPONS: &str = "COUPON/MISC ITEMS";

pub fn sells_goods(code: &str, category: Option<&str>) -> bool {
    !NO_GOODS.contains(&code) && category != Some(COUPONS)
}

/// The department of a code; one that is not known is an ordinary one.
pub fn department(code: &str) -> &'static Department {
    let known = DEPARTMENTS.iter().find(|known| known.code == code);
    known.unwrap_or(&OTHER)
}

impl Department {
    /// Where its picture is, seen from the shop folder.
    pub fn picture(&self) -> String {
        let words: Vec<String> = self
            .en
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        format!("img/dept-{}.svg", words.join("-"))
    }

    pub fn draw(&self) -> String {
        let Department { colour, glyph, .. } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\" color=\"{colour}\">\
             <path fill=\"#fff\" d=\"M0 0h200v200H0z\"/><path fill=\"currentColor\" opacity=\".14\" d=\"M0 0h200v200H0z\"/>\
             <g fill=\"none\" stroke=\"currentColor\" stroke-width=\"8\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{glyph}</g></svg>\n"
        )
    }
}

const BAG: &str = r#"<path d="M58 78h84l8 78H50zM76 90V66a24 24 0 0 1 48 0v24"/>"#;
const FISH: &str = r#"<path d="M46 100c24-34 66-38 92-8l22-20v56l-22-20c-26 30-68 26-92-8z"/><path d="M72 94h.1"/>"#;
const HAM: &str = r#"<path d="M62 120c-20-40 20-76 58-56 34 18 30 66-6 76-20 6-42-2-52-20zM70 132l-20 20m-6-10 16 16"/><path d="M104 88a16 16 0 1 1-.1 0z"/>"#;
const PLATE: &str = r#"<path d="M40 128h120a60 60 0 0 0-120 0zM30 144h140M100 60v-8"/><path d="M66 112a36 36 0 0 1 22-24"/>"#;
const FLOWER: &str = r#"<path d="M100 96v64m0-20c-22 0-30-12-32-24 20 0 30 8 32 24zm0 0c22 0 30-12 32-24-20 0-30 8-32 24z"/><path d="M100 44c14 0 18 16 8 26 14-6 26 8 18 18-6 10-20 8-26-2-6 10-20 12-26 2-8-10 4-24 18-18-10-10-6-26 8-26z"/>"#;

const fn department_of(
    code: &'static str,
    names: [&'static str; 2],
    repeatable: bool,
    colour: &'static str,
    glyph: &'static str,
) -> Department {
    Department {
        code,
        en: names[0],
        zh: names[1],
        repeatable,
        colour,
        glyph,
    }
}

const OTHER: Department = department_of("", ["Other goods", "其他商品"], true, "#5a6b7b", BAG);

const DEPARTMENTS: [Department; 22] = [
    department_of(
        "GROCERY",
        ["Grocery", "食品杂货"],
        true,
        "#b5651d",
        r#"<path d="M66 60h68l6 20v80H60V80zM60 80h80M80 104h40v30H80z"/>"#,
    ),
    department_of(
        "DRUG GM",
        ["Household & health", "日用百货"],
        true,
        "#3f7d8c",
        r#"<path d="M84 46h32v22H84zM76 68h48c10 8 14 18 14 32v60H62v-60c0-14 4-24 14-32zM100 100v36m-18-18h36"/>"#,
    ),
    department_of(
        "PRODUCE",
        ["Fruit & vegetables", "水果蔬菜"],
        true,
        "#4d8b31",
        r#"<path d="M100 76c-16-16-52-8-52 32 0 30 22 54 36 52 8-1 10-4 16-4s8 3 16 4c14 2 36-22 36-52 0-40-36-48-52-32zm0 0c0-18 6-28 22-34"/>"#,
    ),
    department_of(
        "COSMETICS",
        ["Cosmetics", "美妆"],
        true,
        "#b0477a",
        r#"<path d="M78 96h44v64H78zM84 72h32v24H84zM88 72V54l24-12v30"/>"#,
    ),
    department_of(
        "NUTRITION",
        ["Nutrition", "营养健康"],
        true,
        "#5f8f3a",
        r#"<path d="M62 138c-18-18-18-40 0-58l18-18c36-36 92 20 56 56l-18 18c-18 18-38 20-56 2zM80 82l38 38"/>"#,
    ),
    department_of("MEAT", ["Fresh meat", "鲜肉"], true, "#a63a3a", HAM),
    department_of(
        "MEAT-PCKGD",
        ["Packaged meat", "包装肉制品"],
        true,
        "#b5544a",
        r#"<path d="M50 86c40 30 60 30 100 0 10-8 22 6 12 16-44 40-80 40-124 0-10-10 2-24 12-16zM50 86l-14-10m114 10 14-10"/>"#,
    ),
    department_of(
        "DELI",
        ["Delicatessen", "熟食"],
        true,
        "#c07f2a",
        r#"<path d="M44 92c0-26 112-26 112 0zM44 134h112v10c0 8-4 12-12 12H56c-8 0-12-4-12-12zM40 104l20 14 20-14 20 14 20-14 20 14 20-14"/>"#,
    ),
    department_of(
        "PASTRY",
        ["Bakery", "面包糕点"],
        true,
        "#b07d3c",
        r#"<path d="M40 110c0-30 24-50 60-50s60 20 60 50c0 14-8 22-18 22H58c-10 0-18-8-18-22zM78 74l8 24m18-28 4 26m20-20-2 20"/>"#,
    ),
    department_of("FLORAL", ["Flowers", "鲜花绿植"], true, "#c2557f", FLOWER),
    department_of(
        "SEAFOOD-PCKGD",
        ["Packaged seafood", "包装海鲜"],
        true,
        "#2f7fa3",
        FISH,
    ),
    department_of(
        "SPIRITS",
        ["Spirits", "烈酒"],
        true,
        "#8a4f2d",
        r#"<path d="M88 42h24v34l16 20v62H72V96l16-20zM72 112h56v28H72z"/>"#,
    ),
    department_of(
        "SEAFOOD",
        ["Fresh seafood", "鲜海产"],
        true,
        "#2a6f97",
        FISH,
    ),
    department_of(
        "GARDEN CENTER",
        ["Garden", "园艺"],
        false,
        "#4f8a4b",
        FLOWER,
    ),
    department_of("RESTAURANT", ["Restaurant", "餐厅"], true, "#a85a32", PLATE),
    department_of(
        "SALAD BAR",
        ["Salad bar", "沙拉吧"],
        true,
        "#6a9a2d",
        r#"<path d="M40 104h120c0 34-24 54-60 54s-60-20-60-54zM60 104c-6-26 16-40 34-28 8-24 44-20 42 4 14 0 18 14 12 24"/>"#,
    ),
    department_of(
        "FROZEN GROCERY",
        ["Frozen food", "冷冻食品"],
        true,
        "#4a86b8",
        r#"<path d="M100 44v112M52 72l96 56m0-56-96 56M84 54l16 14 16-14m-32 92 16-14 16 14"/>"#,
    ),
    department_of(
        "CHEF SHOPPE",
        ["Chef's kitchen", "主厨厨房"],
        true,
        "#7d6a4a",
        PLATE,
    ),
    department_of(
        "TOYS",
        ["Toys", "玩具"],
        false,
        "#c9862b",
        r#"<path d="M52 104h44v52H52zM104 104h44v52h-44zM78 48h44v48H78z"/>"#,
    ),
    department_of(
        "AUTOMOTIVE",
        ["Car care", "汽车用品"],
        false,
        "#5b6470",
        r#"<path d="M44 132v-26l16-8 14-28h52l18 28 14 8v26zM72 132a12 12 0 1 0 .1 0m56 0a12 12 0 1 0 .1 0M64 98h76"/>"#,
    ),
    department_of(
        "HOUSEWARES",
        ["Housewares", "家居用品"],
        false,
        "#6d7f5e",
        BAG,
    ),
    department_of(
        "ELECT &PLUMBING",
        ["Electrical & plumbing", "水电五金"],
        false,
        "#66707a",
        r#"<path d="M84 150h32m-28 14h24M82 134c0-20-22-26-22-52a40 40 0 0 1 80 0c0 26-22 32-22 52z"/>"#,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_department_has_a_name_and_a_picture_of_its_own() {
        let all = || DEPARTMENTS.iter().chain([&OTHER]);
        let pictures: BTreeSet<String> = all().map(Department::picture).collect();
        assert_eq!(pictures.len(), DEPARTMENTS.len() + 1);
        assert!(pictures.contains("img/dept-fruit-vegetables.svg"));
        for department in all() {
            let svg = department.draw();
            assert_eq!(svg.matches('<').count(), svg.matches('>').count(), "{svg}");
            assert!(sells_goods(department.code, None));
        }
        assert_eq!(super::department("NO SUCH").en, "Other goods");
    }
}
