//! A scene as the page asks for it and reads it.

use super::calendar::Calendar;
use super::{DEVICES, Odd, Part, Place, Scene, Season};
use crate::answer::{Value, map, number, of, texts};

/// Texts of a request are cut to this many bytes.
const LONGEST: usize = 64;

impl Place {
    /// What a request says; what it does not say stays.
    pub fn told(&mut self, request: &Value) {
        if let Some(zone) = request.get("zone").and_then(Value::number) {
            let whole = zone.is_finite() && zone.abs() <= 1e6;
            self.zone = Some(if whole { zone as i32 } else { i32::MAX });
        }
        if let Some(lifts) = request.get("lifts").and_then(Value::bool) {
            self.plain = !lifts;
        }
        for (name, to) in [
            ("zoneName", &mut self.zone_name),
            ("locale", &mut self.locale),
            ("region", &mut self.region),
            ("device", &mut self.device),
            ("page", &mut self.page),
        ] {
            if let Some(text) = request.get(name).and_then(Value::text) {
                *to = text.chars().take(LONGEST).collect();
            }
        }
    }
}

impl Place {
    /// As [`Place::told`] reads it.
    pub fn said(&self) -> Value {
        map([
            ("zone", of(self.zone, number)),
            ("zoneName", self.zone_name.as_str().into()),
            ("locale", self.locale.as_str().into()),
            ("region", self.region.as_str().into()),
            ("device", self.device.as_str().into()),
            ("page", self.page.as_str().into()),
            ("lifts", (!self.plain).into()),
        ])
    }
}

impl Scene {
    /// The answer to `scene`.
    pub fn to_value(&self, calendar: Option<&Calendar>) -> Value {
        let festivals = self.festivals.iter().filter_map(|near| {
            let festival = calendar?.0.get(near.festival)?;
            if festival.is_season() {
                return None;
            }
            Some(map([
                ("id", festival.id.as_str().into()),
                ("en", festival.names[0].as_str().into()),
                ("zh", festival.names[1].as_str().into()),
                ("strength", number(near.strength)),
                ("ahead", number(near.ahead)),
            ]))
        });
        let region = |region: [u8; 2]| core::str::from_utf8(&region).unwrap_or("").into();
        let odd: Vec<&str> = self.odd.iter().map(|odd| Odd::name(*odd)).collect();
        map([
            ("page", self.page.as_str().into()),
            ("zone", number(self.zone)),
            ("weekday", number(self.weekday)),
            ("part", Part::NAMES[self.part as usize].into()),
            ("season", Season::NAMES[self.season as usize].into()),
            ("region", of(self.region, region)),
            ("language", self.language.as_str().into()),
            (
                "device",
                of(self.device, |device| DEVICES[usize::from(device)].into()),
            ),
            ("festivals", Value::List(festivals.collect())),
            ("warnings", texts(&odd)),
        ])
    }
}
