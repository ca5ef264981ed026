//! One row of a product feed → one product.

use tillside::shop::live;

use super::column::{Column, Columns};
use super::{LONGEST, Row, related};
use crate::ingest::table::Table;
use crate::ingest::{Product, Reason, Refusals, Related, money};

/// One row being read.
pub(super) struct Reading<'a> {
    pub table: &'a Table,
    pub columns: &'a Columns,
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
        let sale = self.price("sale_price", Column::SalePrice);
        let (price, currency) = match sale.or_else(|| self.price("price", Column::Price)) {
            Some((price, currency)) => (Some(price), currency),
            None => (None, None),
        };
        let mut titles: Vec<String> = Vec::new();
        for title in self.all(Column::Title) {
            if !titles.iter().any(|other| other == title) {
                titles.push(title.to_owned());
            }
        }
        let product = Product {
            key: key.to_owned(),
            titles,
            category: self.category(),
            brand: self.brand(),
            price,
            out_of_stock: self.out_of_stock(),
            repeatable: self.repeatable(),
            attributes: self.attributes(),
            related: self.related(),
        };
        Some(Row {
            product,
            line: self.table.line(),
            currency,
        })
    }

    fn price(&mut self, name: &str, column: Column) -> Option<(f32, Option<String>)> {
        let text = self.first(column);
        let price = money::parse(text);
        if price.is_none() && !text.is_empty() {
            self.note(Reason::Price, name, text);
        }
        price
    }

    /// The path of the first product type; a JSON list of them is what a repeated feed field becomes.
    fn category(&mut self) -> Vec<String> {
        let own = self.first(Column::ProductType);
        let path = if own.is_empty() {
            self.first(Column::GoogleCategory)
        } else {
            own
        };
        let listed: Option<Vec<String>> = path
            .starts_with('[')
            .then(|| serde_json::from_str(path).ok())
            .flatten();
        let path = listed
            .as_ref()
            .map_or(path, |paths| paths.first().map_or("", String::as_str));
        let segments: Vec<&str> = path
            .split('>')
            .map(str::trim)
            .filter(|segment| !segment.is_empty())
            .collect();
        if segments.iter().any(|segment| segment.len() > LONGEST) {
            self.note(Reason::LongText, "product_type", path);
            return Vec::new();
        }
        segments.into_iter().map(str::to_owned).collect()
    }

    fn brand(&mut self) -> Option<String> {
        let brand = self.first(Column::Brand);
        if brand.len() > LONGEST {
            self.note(Reason::LongText, "brand", brand);
            return None;
        }
        (!brand.is_empty()).then(|| brand.to_owned())
    }

    fn out_of_stock(&mut self) -> bool {
        let text = self.first(Column::Availability);
        let known = live::out_of_stock(text);
        if known.is_none() && !text.is_empty() {
            self.note(Reason::Availability, "availability", text);
        }
        known.unwrap_or(false)
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
                "color" | "material" => text
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
                (Some(name), Some(value)) => self.attribute(name, value, attributes),
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
            (Some(name), Some(value)) => self.attribute(&name, &value, attributes),
            _ => self.note(Reason::Detail, "product_detail", &entry.to_string()),
        }
    }
}
