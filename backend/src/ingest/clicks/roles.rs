//! Which column of a table of events holds what.

use super::{Reason, Role, Wrong, clock};
use crate::ingest::column::list::Separator;
use crate::ingest::column::time::Times;
use crate::ingest::error::File;
use crate::ingest::kinds::{self, Meaning};
use crate::ingest::layout::Layout;
use crate::ingest::table::{Needed, Table, fold};
use crate::ingest::{Error, Reader};

/// Column names without case and separators, the better one first where a table has several for one role.
const USUAL: [(Role, &[&str]); 10] = [
    (
        Role::Session,
        &[
            "session",
            "sessionid",
            "gasessionid",
            "visitid",
            "usersession",
            "会话id",
            "会话",
        ],
    ),
    (
        Role::User,
        &[
            "user",
            "userid",
            "shopper",
            "shopperid",
            "visitor",
            "visitorid",
            "customer",
            "customerid",
            "member",
            "memberid",
            "anonymousid",
            "userpseudoid",
            "clientid",
            "householdid",
            "householdkey",
            "uid",
            "distinctid",
            "reviewerid",
            "用户id",
            "用户",
            "用户编号",
            "会员id",
            "会员",
            "买家id",
            "客户id",
        ],
    ),
    (
        Role::Order,
        &[
            "order",
            "orderid",
            "invoice",
            "invoiceno",
            "basket",
            "basketid",
            "transactionid",
            "订单号",
            "订单id",
            "订单编号",
        ],
    ),
    (
        Role::Item,
        &[
            "item",
            "itemid",
            "product",
            "productid",
            "sku",
            "skuid",
            "stockcode",
            "goodsid",
            "articleid",
            "aid",
            "movieid",
            "asin",
            "商品id",
            "商品",
            "商品编号",
            "商品编码",
            "货号",
            "skuid",
        ],
    ),
    (
        Role::Items,
        &["productids", "itemids", "products", "productdetails"],
    ),
    (
        Role::Time,
        &[
            "time",
            "timestamp",
            "timestampms",
            "ts",
            "datetime",
            "eventtime",
            "eventtimestamp",
            "createdat",
            "transactiontimestamp",
            "invoicedate",
            "date",
            "eventdate",
            "tdat",
            "transactiondt",
            "unixreviewtime",
            "时间",
            "行为时间",
            "时间戳",
            "下单时间",
            "创建时间",
            "日期",
        ],
    ),
    (
        Role::Clock,
        &["transtime", "clock", "timeofday", "hour:minute", "时刻"],
    ),
    (
        Role::Kind,
        &[
            "kind",
            "event",
            "eventtype",
            "eventname",
            "action",
            "actiontype",
            "behavior",
            "behaviour",
            "behaviortype",
            "behaviourtype",
            "行为类型",
            "行为",
            "事件",
            "操作",
            "type",
        ],
    ),
    (Role::Quantity, &["quantity", "qty", "数量"]),
    (Role::Params, &["eventparams"]),
];

/// The usual role of a column and its rank among the names for it.
pub(crate) fn usual(name: &str) -> Option<(Role, usize)> {
    let name = fold(name);
    USUAL.iter().find_map(|(role, names)| {
        let rank = names.iter().position(|other| *other == name)?;
        Some((*role, rank))
    })
}

/// Where the roles are in a table.
#[derive(Default)]
pub(super) struct Roles {
    /// Column, role and rank, the better rank first.
    columns: Vec<(usize, Role, usize)>,
    times: Vec<(usize, Times)>,
    pub lists: Vec<(usize, Separator)>,
    words: &'static [(&'static str, Meaning)],
    pub kind: Option<Meaning>,
    timeless: bool,
    pub clock_number: bool,
}

impl Roles {
    /// Decides what every column is, from a table's names and cells.
    pub fn of(table: &mut Table, reader: &Reader) -> Result<Roles, Error> {
        let hints = &reader.hints;
        let said = hints.layout.filter(|layout| layout.file == File::Events);
        let layout = said
            .or(table.by_cells)
            .or_else(|| Layout::by_names(File::Events, table.met()));
        let mut roles = Roles::default();
        if let Some(layout) = layout {
            table.laid_out(layout.name);
            (roles.words, roles.kind) = (layout.words, layout.kind);
            (roles.timeless, roles.clock_number) = (layout.timeless, layout.clock_number);
        }
        for (place, name) in table.columns().iter().enumerate() {
            // What is mapped comes before what a layout says, and that before usual names.
            let found = match (hints.role(name), layout) {
                (Some(role), _) => Some((role, 0)),
                (None, Some(layout)) => layout.role(name).map(|(role, rank)| (role, rank + 1)),
                (None, None) => usual(name).map(|(role, rank)| (role, rank + 1)),
            };
            if let Some((role, rank)) = found
                && (rank == 0 || !hints.maps_role(role))
            {
                roles.columns.push((place, role, rank));
            }
        }
        roles.columns.sort_by_key(|(_, _, rank)| *rank);
        for mapping in hints.missing(true, table.met()) {
            table.note(format!(
                "--map {}={}: there is no such column here",
                mapping.name, mapping.column
            ));
        }
        roles.need(table)?;
        roles.settle(table, layout, reader)?;
        Ok(roles)
    }

    fn settle(
        &mut self,
        table: &mut Table,
        layout: Option<&'static Layout>,
        reader: &Reader,
    ) -> Result<(), Error> {
        self.drop_kind_that_is_none(table, layout, reader);
        // Beside a list of items the plain `items` may be the same again; a table with a list of events needs no more.
        for (place, role, _) in self.columns.clone() {
            match role {
                Role::Session | Role::User | Role::Order | Role::Item | Role::Id => {
                    table.take_keys(place, role.name())?;
                }
                Role::Items => {
                    let separator = table.take_lists(place, role.name());
                    self.lists.push((place, separator));
                }
                Role::Kind | Role::Quantity | Role::Params | Role::Events | Role::Properties => {
                    table.take(place, role.name());
                }
                Role::Time | Role::Clock => {}
            }
        }
        self.settle_times(table, layout, reader)
    }

    /// Decides the kind of time of the columns that tell it: the first with a date, and a clock beside it.
    fn settle_times(
        &mut self,
        table: &mut Table,
        layout: Option<&'static Layout>,
        reader: &Reader,
    ) -> Result<(), Error> {
        let of = |roles: &Roles, role| -> Vec<usize> {
            roles
                .columns
                .iter()
                .filter(|(_, other, _)| *other == role)
                .map(|(place, ..)| *place)
                .collect()
        };
        let mut clocks = of(self, Role::Clock);
        let mut dates = Vec::new();
        for place in of(self, Role::Time) {
            if table.survey(place).times.is_clock() {
                clocks.push(place);
            } else {
                dates.push(place);
            }
        }
        if dates.is_empty()
            && let Some(clock) = clocks.first()
        {
            let name = table.columns()[*clock].clone();
            let remedy = format!(
                "`{name}` holds times of day: say which column holds the date, --map time=COLUMN"
            );
            return Err(table.lacks_for(Needed("time", " (or `date`)"), remedy));
        }
        // The first column that tells the time decides; others fill in where it is empty, if they are of use at all.
        for (nth, place) in dates.iter().copied().enumerate() {
            let name = table.columns()[place].clone();
            let said = reader
                .hints
                .times(&name)
                .or_else(|| layout.and_then(Layout::times));
            match table.take_times(place, Role::Time.name(), said) {
                Ok(times) => self.times.push((place, times)),
                Err(error) if nth == 0 => return Err(error),
                Err(_) => {}
            }
        }
        let day = self
            .times
            .first()
            .is_some_and(|(place, times)| table.survey(*place).times.is_of_days(times));
        self.columns.retain(|(_, role, _)| *role != Role::Clock);
        self.columns.retain(|(place, _, _)| !clocks.contains(place));
        if day && let Some(clock) = clocks.first() {
            table.take(*clock, Role::Clock.name());
            table.remark(*clock, "the time of day beside the date".into());
            self.columns.push((*clock, Role::Clock, 0));
        }
        Ok(())
    }

    /// A column `type` of which most words are no kinds (`mobile`, `desktop`) tells something else.
    fn drop_kind_that_is_none(
        &mut self,
        table: &mut Table,
        layout: Option<&'static Layout>,
        reader: &Reader,
    ) {
        if layout.is_some() || reader.hints.maps_role(Role::Kind) {
            return;
        }
        let kinds: Vec<(usize, usize)> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, (_, role, _))| *role == Role::Kind)
            .map(|(nth, (place, ..))| (nth, *place))
            .collect();
        for (nth, place) in kinds.into_iter().rev() {
            if fold(&table.columns()[place]) != "type" {
                continue;
            }
            let survey = table.survey(place);
            let is_kind = |word: &str| {
                self.meaning(word).is_some() || tillside::intake::Kind::from_name(word).is_some()
            };
            let known: u64 = survey
                .words
                .iter()
                .filter(|(word, _)| is_kind(word))
                .map(|(_, cells)| cells)
                .sum();
            if known * 2 >= survey.cells {
                continue;
            }
            let odd: Vec<String> = survey
                .words
                .keys()
                .filter(|word| !is_kind(word))
                .take(3)
                .map(|word| format!("`{word}`"))
                .collect();
            let note = format!(
                "not taken for the kind of event, since most of it is none ({}); if it is, --map kind={}",
                odd.join(", "),
                table.columns()[place]
            );
            table.remark(place, note);
            self.columns.remove(nth);
        }
    }

    pub fn has(&self, role: Role) -> bool {
        self.columns.iter().any(|(_, other, _)| *other == role)
    }

    /// The first text of the current row in that role, and the name of its column.
    pub fn read<'a>(&self, table: &'a Table, role: Role) -> (&'a str, &'a str) {
        let mut columns = self.columns.iter().filter(|(_, other, _)| *other == role);
        let column = columns
            .clone()
            .find(|(place, ..)| !table.cell(*place).is_empty());
        match column.or_else(|| columns.next()) {
            Some((place, ..)) => (table.cell(*place), &table.columns()[*place]),
            None => ("", ""),
        }
    }

    pub fn text<'a>(&self, table: &'a Table, role: Role) -> &'a str {
        self.read(table, role).0
    }

    /// What a word of the column of kinds says; `None` for one that is no kind.
    pub fn meaning(&self, word: &str) -> Option<Meaning> {
        let own = self.words.iter().find(|(known, _)| *known == word);
        own.map(|(_, meaning)| *meaning)
            .or_else(|| kinds::word(word))
    }

    /// Unix milliseconds of the current row.
    pub fn time(&self, table: &Table) -> Result<i64, Wrong> {
        if self.timeless && self.times.is_empty() {
            return Ok(0);
        }
        let told = self
            .times
            .iter()
            .find(|(place, _)| !table.cell(*place).is_empty());
        let (place, times) = told.ok_or((Reason::Time, Role::Time))?;
        let time = times
            .read(table.cell(*place))
            .ok_or((Reason::Time, Role::Time))?;
        match self.text(table, Role::Clock) {
            "" => Ok(time),
            text => Ok(time + clock(text, self).ok_or((Reason::Time, Role::Clock))?),
        }
    }

    /// The kind of time in a list of events, whose times stand alone.
    pub fn nested_time(text: &str) -> Option<i64> {
        crate::ingest::instant::parse(text)
    }

    fn need(&self, table: &Table) -> Result<(), Error> {
        let has = |any: &[Role]| {
            let columns: Vec<&String> = self
                .columns
                .iter()
                .filter(|(_, role, _)| any.contains(role))
                .map(|(place, ..)| &table.columns()[*place])
                .collect();
            move |name: &str| columns.iter().any(|column| *column == name)
        };
        if table.has("items") && !self.has(Role::Items) && !self.has(Role::Item) {
            return Err(table.lacks_for(
                super::ITEM,
                "a file of `session,items` goes to --sessions".into(),
            ));
        }
        table.need(
            super::ITEM,
            &[
                "code",
                "ean",
                "gtin",
                "article",
                "articleno",
                "productcode",
                "itemcode",
            ],
            has(&[Role::Item, Role::Items, Role::Events, Role::Properties]),
        )?;
        if !self.timeless {
            table.need(
                Needed("time", " (or `timestamp`)"),
                &["day", "when", "created", "orderdate", "purchasedate", "at"],
                has(&[Role::Time, Role::Clock, Role::Events]),
            )?;
        }
        table.need(
            Needed("session", " (or `user`, `visitor_id`, `order_id`)"),
            &["sid", "cookie", "client", "account", "email"],
            has(&[Role::Session, Role::User, Role::Order, Role::Params]),
        )
    }
}
