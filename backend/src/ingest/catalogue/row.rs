//! One row of a product feed → one product.

use super::column::{Column, Columns};
use super::{LONGEST, Row, related, stock};
use crate::ingest::instant::{self, DAY};
use crate::ingest::table::Table;
use crate::ingest::{Product, Reason, Refusals, Related};

/// One row being read.
pub(super) struct Reading<'a> {
    pub table: &'a Table,
    pub columns: &'a Columns,
    /// Unix milliseconds.
    pub now: i64,
    pub refusals: &'a mut Refusals,
}

impl<'a> Reading<'a> {
    /// The texts of a column, or of several that mean the same, as far as they are there.
    fn all(&self, column: Column) -> impl Iterator<Item = &'a str> + use<'a> {
        let texts = self.columns.texts(self.table);
        texts
            .filter(move |(other, _)| *other == column)
            .map(|(_, text)| text)
    }

    fn first(&self, column: Column) -> &'a str {
        self.all(column).next().unwrap_or_default()
    }

    fn note(&mut self, reason: Reason, column: &str, value: &str) {
        self.refusals
            .note(reason, &self.table.name, self.table.line(), column, value);
    }

    pub fn row(&mut self) -> Option<Row> {
        let key = self.first(Column::Id);
        if key.is_empty() || key.len() > LONGEST {
            let reason = if key.is_empty() {
                Reason::NoItem
            } else {
                Reason::LongItem
            };
            self.note(reason, "id", key);
            return None;
        }
        let price = self.price("price", Column::Price);
        let sale = self.price("sale_price", Column::SalePrice);
        let sale =
            sale.filter(|sale| self.is_of_today(sale.0, price.as_ref().map(|price| price.0)));
        let (price, currency) = match sale.or(price) {
            Some((price, currency)) => (Some(price), currency),
            None => (None, None),
        };
        let mut titles: Vec<String> = Vec::new();
        for title in self.all(Column::Title) {
            if !titles.iter().any(|other| other == title) {
                titles.push(title.to_owned());
            }
        }
        let out = self.out_of_stock();
        let product = Product {
            key: key.to_owned(),
            titles,
            category: self.category(),
            brand: self.brand(),
            price,
            out_of_stock: out.unwrap_or(false),
            repeatable: self.repeatable(),
            group: self.group(),
            first_seen: self.first_seen(),
            keywords: self.all(Column::Keywords).map(str::to_owned).collect(),
            attributes: self.attributes(),
            related: self.related(),
        };
        Some(Row {
            product,
            line: self.table.line(),
            currency,
            out,
            translates: !self.first(Column::Language).is_empty(),
        })
    }

    fn price(&mut self, name: &str, column: Column) -> Option<(f32, Option<String>)> {
        let (text, price) = self.columns.price(self.table, column)?;
        if price.is_none() {
            self.note(Reason::Price, name, text);
        }
        price
    }

    /// True if a sale price is in effect: above 0, at most the regular price, and today within its dates.
    fn is_of_today(&mut self, sale: f32, price: Option<f32>) -> bool {
        let (dates, now) = (self.first(Column::SaleDates), self.now);
        let (from, to) = dates.split_once('/').unwrap_or((dates, ""));
        let start = self.columns.time(self.table, Column::SaleStarts);
        let end = self.columns.time(self.table, Column::SaleEnds);
        let begun = start.map_or_else(|| instant::parse(from.trim()), |(_, time)| time);
        let (text, ended) = end.unwrap_or((to.trim(), instant::parse(to.trim())));
        // A day without a time of day lasts to its end.
        let ended = ended.map(|time| if text.contains(':') { time } else { time + DAY });
        let is_one = sale > 0.0 && price.is_none_or(|price| sale <= price);
        let is_now =
            begun.is_none_or(|begun| begun <= now) && ended.is_none_or(|ended| now <= ended);
        if !(is_one && is_now) {
            let (column, value) = if is_one && !dates.is_empty() {
                ("sale_price_effective_date", dates.to_owned())
            } else {
                ("sale_price", sale.to_string())
            };
            self.note(Reason::Sale, column, &value);
        }
        is_one && is_now
    }

    /// The path of the first product type; a JSON list of them is what a repeated feed field becomes.
    fn category(&mut self) -> Vec<String> {
        let own = self.first(Column::ProductType);
        let path = if own.is_empty() {
            self.first(Column::GoogleCategory)
        } else {
            own
        };
        let steps = self.first(Column::Path);
        if path.is_empty() && !steps.is_empty() {
            return self.steps(steps);
        }
        let listed: Option<Vec<String>> = path
            .starts_with('[')
            .then(|| serde_json::from_str(path).ok())
            .flatten();
        let path = listed
            .as_ref()
            .map_or(path, |paths| paths.first().map_or("", String::as_str));
        let path = self.first_path(path);
        let mut segments: Vec<&str> = path
            .split(self.columns.between_steps)
            .map(str::trim)
            .filter(|segment| !segment.is_empty())
            .collect();
        if segments.first().copied() == self.columns.root && segments.len() > 1 {
            segments.remove(0);
        }
        if segments.iter().any(|segment| segment.len() > LONGEST) {
            self.note(Reason::LongText, "product_type", path);
            return Vec::new();
        }
        segments.into_iter().map(str::to_owned).collect()
    }

    /// The first of several paths. A comma in a name (`Food, Drinks > Tea`) parts nothing: what stands before it is no
    /// path of several steps.
    fn first_path<'b>(&self, cell: &'b str) -> &'b str {
        let Some(mark) = self.columns.between_paths else {
            return cell;
        };
        let steps = self.columns.between_steps;
        for (at, _) in cell
            .match_indices(mark)
            .filter(|(at, _)| !cell[..*at].ends_with('\\'))
        {
            let (before, after) = (&cell[..at], &cell[at + mark.len_utf8()..]);
            let next = after.split(mark).next().unwrap_or_default();
            if before.contains(steps) && next.contains(steps) || self.columns.are_paths_parted {
                return before;
            }
        }
        cell
    }

    /// A list of steps, or of lists of steps of which the first counts.
    fn steps(&mut self, text: &str) -> Vec<String> {
        let mut value: serde_json::Value =
            serde_json::from_str(text).unwrap_or_else(|_| text.into());
        if let Some(first) = value.get_mut(0).filter(|first| first.is_array()) {
            value = first.take();
        }
        let steps: Vec<String> = match &value {
            serde_json::Value::Array(steps) => steps
                .iter()
                .filter_map(|step| Some(step.as_str()?.trim().to_owned()))
                .collect(),
            serde_json::Value::String(text) => text
                .split(['>', '|'])
                .map(|step| step.trim().to_owned())
                .collect(),
            _ => Vec::new(),
        };
        let steps: Vec<String> = steps.into_iter().filter(|step| !step.is_empty()).collect();
        if steps.iter().any(|step| step.len() > LONGEST) {
            self.note(Reason::LongText, "category", text);
            return Vec::new();
        }
        steps
    }

    fn brand(&mut self) -> Option<String> {
        let brand = self.first(Column::Brand);
        if brand.len() > LONGEST {
            self.note(Reason::LongText, "brand", brand);
            return None;
        }
        (!brand.is_empty()).then(|| brand.to_owned())
    }

    fn group(&mut self) -> Option<String> {
        let group = self.first(Column::Group);
        if group.len() > LONGEST {
            self.note(Reason::LongText, "item_group_id", group);
            return None;
        }
        (!group.is_empty()).then(|| group.to_owned())
    }

    fn first_seen(&mut self) -> Option<i64> {
        let text = self.first(Column::FirstSeen);
        let time = instant::parse(text);
        if time.is_none() && !text.is_empty() {
            self.note(Reason::Time, "first_seen", text);
        }
        time
    }

    fn out_of_stock(&mut self) -> Option<bool> {
        let text = match self.first(Column::Availability) {
            "" => self.first(Column::InStock),
            text => text,
        };
        let known = stock::out_of_stock(text);
        if known.is_none() && !text.is_empty() {
            self.note(Reason::Availability, "availability", text);
        }
        known
    }

    fn repeatable(&mut self) -> Option<bool> {
        let text = self.first(Column::Repeatable);
        match &text.to_lowercase()[..] {
            "" => None,
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => {
                self.note(Reason::Flag, "repeatable", text);
                None
            }
        }
    }

    fn attributes(&mut self) -> Vec<(String, String)> {
        let mut attributes = Vec::new();
        for (column, text) in self.columns.texts(self.table) {
            let Column::Attribute(name) = column else {
                continue;
            };
            // The feed writes several colours or materials of one product as `red/blue`.
            match name {
                "color" | "material" | "fits" | "model" => text
                    .split('/')
                    .for_each(|one| self.attribute(name, one, &mut attributes)),
                _ => self.attribute(name, text, &mut attributes),
            }
        }
        let details = self.first(Column::Detail);
        if !details.is_empty() {
            self.details(details, &mut attributes);
        }
        attributes
    }

    fn related(&mut self) -> Vec<Related> {
        let mut all = Vec::new();
        for text in self.all(Column::Related) {
            for entry in related::parse(text) {
                match entry {
                    Ok(related) if all.contains(&related) => {}
                    Ok(related) => all.push(related),
                    Err(entry) => self.note(Reason::Related, "related_product", &entry),
                }
            }
        }
        all
    }

    fn attribute(&mut self, name: &str, value: &str, attributes: &mut Vec<(String, String)>) {
        let attribute = (name.trim().to_lowercase(), value.trim().to_lowercase());
        if attribute.0.is_empty() || attribute.1.is_empty() || attributes.contains(&attribute) {
            return;
        }
        // A model writes it as one text, `name=value`.
        if attribute.0.len() + 1 + attribute.1.len() > LONGEST {
            self.note(Reason::LongText, name, value);
            return;
        }
        attributes.push(attribute);
    }

    /// Adds the attribute of one product detail. `model` and `fits` may hold several values, separated by `/`.
    fn several(&mut self, name: &str, value: &str, attributes: &mut Vec<(String, String)>) {
        let models = ["fits", "model"].contains(&name.trim().to_lowercase().as_str());
        for one in value.split(if models { '/' } else { '\0' }) {
            self.attribute(name, one, attributes);
        }
    }

    /// `section:attribute:value` entries separated by commas, or a list of objects of the three.
    fn details(&mut self, text: &str, attributes: &mut Vec<(String, String)>) {
        if text.starts_with(['[', '{']) {
            match serde_json::from_str(text) {
                Ok(serde_json::Value::Array(entries)) => {
                    entries
                        .iter()
                        .for_each(|entry| self.detail(entry, attributes));
                }
                Ok(entry) => self.detail(&entry, attributes),
                Err(_) => self.note(Reason::Detail, "product_detail", text),
            }
            return;
        }
        let mut entries: Vec<String> = Vec::new();
        for piece in text.split(',') {
            // A comma inside a value: what follows is no entry of its own.
            match entries.last_mut() {
                Some(last) if piece.matches(':').count() < 2 => {
                    last.push(',');
                    last.push_str(piece);
                }
                _ => entries.push(piece.to_owned()),
            }
        }
        for entry in entries {
            let mut parts = entry.splitn(3, ':').skip(1);
            match (parts.next(), parts.next()) {
                (Some(name), Some(value)) => self.several(name, value, attributes),
                _ => self.note(Reason::Detail, "product_detail", &entry),
            }
        }
    }

    fn detail(&mut self, entry: &serde_json::Value, attributes: &mut Vec<(String, String)>) {
        let text = |field: &str| match entry.get(field)? {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            serde_json::Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        match (text("attribute_name"), text("attribute_value")) {
            (Some(name), Some(value)) => self.several(&name, &value, attributes),
            _ => self.note(Reason::Detail, "product_detail", &entry.to_string()),
        }
    }
}
