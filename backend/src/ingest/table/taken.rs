//! Roles of a table's columns: the decision and its record.

use super::Table;
use crate::ingest::Error;
use crate::ingest::column::Clash;
use crate::ingest::column::list::Separator;
use crate::ingest::column::money::Money;
use crate::ingest::column::time::Times;
use crate::ingest::understanding::Column;

impl Table {
    /// What is written down of a wanted column.
    fn described(&mut self, place: usize) -> &mut Column {
        let name = &self.columns.kept[place];
        let at = self
            .understood
            .columns
            .iter()
            .position(|column| column.name == *name);
        let at = at.unwrap_or_else(|| {
            self.understood.columns.push(Column {
                name: name.clone(),
                ..Default::default()
            });
            self.understood.columns.len() - 1
        });
        &mut self.understood.columns[at]
    }

    /// Takes a column for what is called `what`.
    pub fn take(&mut self, place: usize, what: &str) {
        let survey = &self.columns.surveys[place];
        let (cells, nulls, examples) =
            (survey.cells, survey.nulls.clone(), survey.examples.clone());
        let column = self.described(place);
        column.taken_for = Some(what.to_owned());
        (column.cells, column.no_value, column.examples) = (cells, nulls, examples);
    }

    /// Takes a column for ids, all written one way.
    pub fn take_keys(&mut self, place: usize, what: &str) -> Result<(), Error> {
        let remedy = "export the column as text: in a spreadsheet, format it as text before anything is put in";
        let pointed = self.survey(place).keys.decide();
        let pointed = pointed.map_err(|clash| self.contradiction(place, clash, remedy.into()))?;
        self.take(place, what);
        self.pointed[place] = pointed;
        if pointed {
            self.described(place).note = Some("whole numbers, read without `.0`".into());
        }
        Ok(())
    }

    /// Takes a column for times of one kind; `said` is the kind that a person or a layout gives.
    pub(in crate::ingest) fn take_times(
        &mut self,
        place: usize,
        what: &str,
        said: Option<Times>,
    ) -> Result<Times, Error> {
        let times = match said {
            Some(times) => times,
            None => {
                let decided = self.survey(place).times.decide();
                decided.map_err(|clash| {
                    let name = &self.columns.kept[place];
                    let kinds = if clash.one.2.contains("day first") || clash.one.2.contains('/') {
                        "day-first, month-first".to_owned()
                    } else {
                        Times::names().collect::<Vec<_>>().join(", ")
                    };
                    let remedy = format!("say which: --map time={name}:KIND, KIND one of {kinds}");
                    self.contradiction(place, clash, remedy)
                })?
            }
        };
        self.take(place, what);
        if self.survey(place).cells > 0 {
            self.described(place).time = Some(times.name());
        }
        Ok(times)
    }

    /// Takes a column for prices.
    pub(in crate::ingest) fn take_money(
        &mut self,
        place: usize,
        what: &str,
    ) -> Result<Money, Error> {
        let remedy = "export the prices of one currency one way";
        let money = self.survey(place).money.decide();
        let money = money.map_err(|clash| self.contradiction(place, clash, remedy.into()))?;
        self.take(place, what);
        let column = self.described(place);
        column.decimal = money.name();
        column.note = money.doubts.first().cloned();
        Ok(money)
    }

    /// Takes a column for lists of keys.
    pub(in crate::ingest) fn take_lists(&mut self, place: usize, what: &str) -> Separator {
        let lists = &self.survey(place).lists;
        let (separator, json) = (lists.of_keys(), lists.is_json());
        self.take(place, what);
        self.described(place).separator = Some(if json { "JSON list" } else { separator.name() });
        separator
    }

    /// Says something of a column, taken or not.
    pub fn remark(&mut self, place: usize, note: String) {
        self.described(place).note = Some(note);
    }

    pub fn note(&mut self, note: String) {
        self.understood.notes.push(note);
    }

    pub fn laid_out(&mut self, layout: &'static str) {
        self.understood.layout = Some(layout);
    }

    fn contradiction(&self, place: usize, clash: Clash, remedy: String) -> Error {
        Error::Contradiction {
            file: self.file,
            path: self.path.clone(),
            column: self.columns.kept[place].clone(),
            one: Box::new(clash.one),
            other: Box::new(clash.other),
            remedy,
        }
    }
}
