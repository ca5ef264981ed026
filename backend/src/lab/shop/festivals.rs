//! Seasons and festivals of the demo's shop: the trainer's calendar, with boosts of this shop's own.
//!
//! A year of events would teach them; sixty simulated days cannot. Boosts are of goods alone, and say nothing of who buys.

/// The calendar of the trainer.
const CALENDAR: &str = include_str!("../../../data/festivals.txt");

/// What a festival asks for, by its id.
const FESTIVALS: [(&str, &str); 6] = [
    (
        "black_friday",
        "category=Phones*1.6,category=Watches*1.6,category=Computers*1.8,category=Audio*1.8",
    ),
    (
        "cyber_monday",
        "category=Phones*1.6,category=Computers*1.8,category=Audio*1.6",
    ),
    (
        "singles_day",
        "category=Beauty*1.5,category=Fashion*1.4,category=Appliances*1.4",
    ),
    (
        "mid_autumn",
        "category=Imported Food > Tea*1.6,category=Fresh > Fruit*1.3",
    ),
    (
        "valentines_day",
        "category=Beauty > Perfume*1.7,category=Imported Food > Chocolate & Biscuits*1.6",
    ),
    (
        "spring_festival",
        "category=Imported Food*1.4,color=red*1.4",
    ),
];

/// What a season asks for, wherever it is that season.
const SEASONS: &str = "\
spring|Spring|春季|*|0|1|spring|season=spring*1.4,category=Home > Plants*1.4
summer|Summer|夏季|*|0|1|summer|season=summer*1.4,category=Fashion > Swimwear*2,category=Fashion > Sandals*1.9,category=Fashion > Sunglasses*1.8,category=Beauty > Sunscreen*1.9,category=Appliances > Fans*1.9,category=Appliances > Air Conditioners*1.7,category=Fashion > Coats & Down*0.5,category=Fashion > Boots*0.5,category=Fashion > Scarves & Gloves*0.5,category=Appliances > Heaters*0.5
autumn|Autumn|秋季|*|0|1|autumn|season=autumn*1.4,category=Fashion > Knitwear*1.4
winter|Winter|冬季|*|0|1|winter|season=winter*1.4,category=Fashion > Coats & Down*2,category=Fashion > Boots*1.8,category=Fashion > Scarves & Gloves*1.8,category=Fashion > Knitwear*1.6,category=Appliances > Heaters*1.9,category=Appliances > Humidifiers*1.5,category=Fashion > Swimwear*0.5,category=Fashion > Sandals*0.5,category=Beauty > Sunscreen*0.6,category=Appliances > Fans*0.5,category=Appliances > Air Conditioners*0.6
";

/// The lines of the shop's calendar.
pub fn festivals() -> String {
    let mut lines = String::new();
    for line in CALENDAR
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let id = line.split('|').next().unwrap_or_default();
        lines.push_str(line);
        if let Some((_, boosts)) = FESTIVALS.iter().find(|(known, _)| *known == id) {
            lines.push_str(boosts);
        }
        lines.push('\n');
    }
    lines.push_str(SEASONS);
    lines
}

#[cfg(test)]
mod tests {
    use tillside::scene::calendar::Calendar;

    use super::*;
    use crate::lab::goods;

    #[test]
    fn every_boost_is_of_goods_that_the_shop_has() {
        let calendar = Calendar::read(&festivals()).unwrap();
        let (products, categories) = (goods::all(), goods::categories());
        for festival in &calendar.0 {
            for (term, _) in &festival.boosts {
                let (name, value) = term.split_once('=').unwrap();
                let known = match name {
                    "category" => categories.iter().any(|category| category.path == value),
                    _ => products.iter().any(|product| {
                        product
                            .attributes
                            .iter()
                            .any(|(a, b)| a == name && b == value)
                    }),
                };
                assert!(known, "{}: {term}", festival.id);
            }
        }
        for (id, _) in FESTIVALS {
            assert!(
                calendar
                    .0
                    .iter()
                    .any(|festival| festival.id == id && !festival.boosts.is_empty()),
                "{id}"
            );
        }
        assert_eq!(calendar.0.iter().filter(|line| line.is_season()).count(), 4);
    }
}
