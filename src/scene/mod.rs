//! The scene of a decision: page, time of day, weekday, season, festivals, locale, region and device.
//!
//! A scene is an argument, as `now` is: the same shopper in another scene gets another list (Adomavicius & Tuzhilin,
//! "Context-aware recommender systems", 2011). It is made of what the host says and is stored nowhere. A region is two
//! letters, never a place; a festival follows from region and date, never from who the shopper is.
//!
//! | file | what |
//! | --- | --- |
//! | `day` | days and weekdays of a zone |
//! | `calendar` | festivals near a day in a region |
//! | `lift` | what items gain in a scene |
//! | `told` | how a page asks for it and reads it |

pub mod calendar;
pub mod day;
pub mod lift;
mod told;

pub use calendar::region;
use calendar::{Calendar, Near};
use day::{FARTHEST, civil, local_day, local_minute, weekday};

/// What the host says of where and how the shopper is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Minutes east of UTC; UTC where it is not known.
    pub zone: Option<i32>,
    /// `Europe/Stockholm`; tells the hemisphere where no region does better.
    pub zone_name: String,
    /// `sv-SE`.
    pub locale: String,
    /// Two letters; that of the locale where it is not given.
    pub region: String,
    /// `phone`, `tablet`, `desktop`.
    pub device: String,
    /// Name of the page: a placement or surface.
    pub page: String,
    /// Lists are to be the same in every scene.
    pub plain: bool,
}

impl Place {
    /// The zone, where the host has told one that there is.
    pub fn zone_known(&self) -> Option<i32> {
        self.zone.filter(|zone| zone.abs() <= FARTHEST)
    }
}

/// Part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// Night.
    Night,
    /// Morning.
    Morning,
    /// Afternoon.
    Afternoon,
    /// Evening.
    Evening,
}

impl Part {
    /// Names in answers and conditions.
    pub const NAMES: [&str; 4] = ["night", "morning", "afternoon", "evening"];

    /// Morning from 5, afternoon from 12, evening from 17, night from 22.
    pub fn of(minute: u16) -> Part {
        match minute / 60 {
            5..=11 => Part::Morning,
            12..=16 => Part::Afternoon,
            17..=21 => Part::Evening,
            _ => Part::Night,
        }
    }
}

/// By the months of meteorology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Season {
    /// March to May in the north.
    Spring,
    /// June to August in the north.
    Summer,
    /// September to November in the north.
    Autumn,
    /// December to February in the north.
    Winter,
}

impl Season {
    /// Names in answers and conditions.
    pub const NAMES: [&str; 4] = ["spring", "summer", "autumn", "winter"];
    /// All seasons, in their order.
    pub const ALL: [Season; 4] = [
        Season::Spring,
        Season::Summer,
        Season::Autumn,
        Season::Winter,
    ];

    /// The season of a month, 1–12, in the northern or southern hemisphere.
    pub fn of(month: u8, southern: bool) -> Season {
        let quarter = (month + 9) % 12 / 3;
        let shifted = if southern { quarter + 2 } else { quarter };
        Season::ALL[usize::from(shifted % 4)]
    }
}

/// What the host said that could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// UTC is used.
    Zone,
    /// Neither language nor region is known by it.
    Locale,
    /// No region is known.
    Region,
    /// No device is known.
    Device,
}

impl Odd {
    /// Code in answers.
    pub fn name(self) -> &'static str {
        [
            "zone_invalid",
            "locale_invalid",
            "region_invalid",
            "device_invalid",
        ][self as usize]
    }
}

/// Names of devices, by number.
pub const DEVICES: [&str; 3] = ["phone", "tablet", "desktop"];

/// The surroundings of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Kind of page.
    pub page: String,
    /// Minutes east of UTC.
    pub zone: i32,
    /// Local day, counted from 1970-01-01.
    pub day: i32,
    /// Minutes since local midnight.
    pub minute: u16,
    /// Monday is 0.
    pub weekday: u8,
    /// Part of the local day.
    pub part: Part,
    /// Season of the hemisphere.
    pub season: Season,
    /// Two letters of the region, if known.
    pub region: Option<[u8; 2]>,
    /// Two or three lower-case letters; empty where not known.
    pub language: String,
    /// Into [`DEVICES`].
    pub device: Option<u8>,
    /// Festivals near in time and valid in the region.
    pub festivals: Vec<Near>,
    /// Values of the host that could not be used.
    pub odd: Vec<Odd>,
}

/// Regions that lie wholly or mostly south of the equator.
const SOUTHERN: &str =
    "AU NZ ZA AR CL UY PY BR BO PE NA BW ZW MZ MG LS SZ AO ZM MW TZ FJ PG NC MU RE VU TO WS AQ";

/// The same of zones, where a name or its beginning does.
const SOUTHERN_ZONES: &str = "\
Australia/
Antarctica/
Pacific/Auckland
Pacific/Fiji
Pacific/Noumea
Africa/Johannesburg
Africa/Harare
Africa/Maputo
Africa/Windhoek
Africa/Gaborone
Africa/Lusaka
Africa/Luanda
Africa/Dar_es_Salaam
America/Argentina/
America/Buenos_Aires
America/Santiago
America/Sao_Paulo
America/Montevideo
America/Asuncion
America/Lima
America/La_Paz
Indian/Mauritius
Indian/Reunion
Indian/Antananarivo";

impl Scene {
    /// The scene at `now`, of what the host says. What cannot be used is left out and named in [`Scene::odd`].
    pub fn at(now: i64, place: &Place, calendar: Option<&Calendar>) -> Scene {
        let mut odd = Vec::new();
        let zone = match place.zone_known() {
            Some(zone) => zone,
            None => {
                if place.zone.is_some() || !is_plain(&place.zone_name) {
                    odd.push(Odd::Zone);
                }
                0
            }
        };
        let (language, of_locale) = match locale(&place.locale) {
            Some(parts) => parts,
            None => {
                odd.push(Odd::Locale);
                (String::new(), None)
            }
        };
        let stated = region(&place.region);
        if stated.is_none() && !place.region.is_empty() {
            odd.push(Odd::Region);
        }
        let device = DEVICES.iter().position(|known| *known == place.device);
        if device.is_none() && !place.device.is_empty() {
            odd.push(Odd::Device);
        }
        let region = stated.or(of_locale);
        let (day, minute) = (local_day(now, zone), local_minute(now, zone));
        let season = Season::of(civil(day).1, is_southern(&place.zone_name, region));
        let festivals = calendar.map_or_else(Vec::new, |calendar| {
            let mut all = calendar.near(day, region);
            all.extend(calendar.of_season(season, region));
            all
        });
        Scene {
            page: place.page.clone(),
            zone,
            day,
            minute,
            weekday: weekday(day),
            part: Part::of(minute),
            season,
            region,
            language,
            device: device.map(|device| device as u8),
            festivals,
            odd,
        }
    }
}

/// What a name of a zone is made of.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    name.len() <= 64 && name.bytes().all(plain)
}

/// Language and region of a locale; neither of an empty one.
fn locale(text: &str) -> Option<(String, Option<[u8; 2]>)> {
    if text.is_empty() {
        return Some((String::new(), None));
    }
    let mut language = None;
    let mut found = None;
    for (n, part) in text.split(['-', '_']).enumerate() {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !letters || part.is_empty() || part.len() > 8 {
            return None;
        }
        if n == 0 {
            let sound = (2..=3).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphabetic());
            language = sound.then(|| part.to_ascii_lowercase());
        } else if found.is_none() {
            found = region(part);
        }
    }
    Some((language?, found))
}

/// Whether a zone, by its name, or else a region lies south of the equator.
pub fn is_southern(zone: &str, of: Option<[u8; 2]>) -> bool {
    if zone.contains('/') {
        return crate::lines::parts(SOUTHERN_ZONES, b'\n').any(|known| zone.starts_with(known));
    }
    of.is_some_and(|of| crate::lines::parts(SOUTHERN, b' ').any(|known| known.as_bytes() == of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(zone: i32, name: &str, locale: &str) -> Place {
        Place {
            zone: Some(zone),
            zone_name: name.into(),
            locale: locale.into(),
            ..Place::default()
        }
    }

    fn time(year: i32, month: u8, date: u8, hour: i64) -> i64 {
        i64::from(day::day_of(year, month, date)) * 86_400_000 + hour * 3_600_000
    }

    #[test]
    fn midwinter_in_stockholm_is_midsummer_in_sydney() {
        let now = time(2026, 12, 21, 12);
        let stockholm = Scene::at(now, &place(60, "Europe/Stockholm", "sv-SE"), None);
        let sydney = Scene::at(now, &place(660, "Australia/Sydney", "en-AU"), None);
        assert_eq!(stockholm.season, Season::Winter);
        assert_eq!(sydney.season, Season::Summer);
        assert_eq!(
            (stockholm.part, sydney.part),
            (Part::Afternoon, Part::Night)
        );
        assert_eq!((stockholm.weekday, sydney.weekday), (0, 0));
        assert_eq!(
            (stockholm.region, sydney.region),
            (Some(*b"SE"), Some(*b"AU"))
        );
        // A region tells as much where no zone has a name.
        let by_region = Scene::at(now, &place(660, "", "en-AU"), None);
        assert_eq!(by_region.season, Season::Summer);
        let seasons = [3, 6, 9, 12].map(|month| Season::of(month, false));
        assert_eq!(
            seasons,
            [
                Season::Spring,
                Season::Summer,
                Season::Autumn,
                Season::Winter
            ]
        );
        assert_eq!(Season::of(2, false), Season::Winter);
        assert_eq!(Season::of(2, true), Season::Summer);
    }

    #[test]
    fn what_a_host_says_wrong_is_named_and_left_out() {
        let now = time(2026, 11, 30, 1);
        let odd = Place {
            zone: Some(9999),
            locale: "not a locale".into(),
            region: "SWE".into(),
            device: "toaster".into(),
            ..Place::default()
        };
        let scene = Scene::at(now, &odd, None);
        assert_eq!(scene.zone, 0);
        assert_eq!(
            scene.odd,
            [Odd::Zone, Odd::Locale, Odd::Region, Odd::Device]
        );
        assert_eq!((scene.region, scene.device), (None, None));
        let nothing = Scene::at(now, &Place::default(), None);
        assert!(nothing.odd.is_empty());
        let hans = Scene::at(now, &place(480, "Asia/Shanghai", "zh-Hans-CN"), None);
        assert_eq!((hans.language.as_str(), hans.region), ("zh", Some(*b"CN")));
        assert_eq!(hans.part, Part::Morning);
    }
}
