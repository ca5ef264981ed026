//! A condition as it is kept between evaluations: operators by number, shapes decided once.

use super::Value;

/// A condition on the attributes of one thing.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// All clauses of an object, which carry their own names.
    All(Vec<Node>),
    /// `$and`, `$or`, `$nor`.
    Joined(Join, Vec<Node>),
    Not(Box<Node>),
    /// `$savedGroup`, and the attribute to test instead of the group's own.
    Group(String, Option<String>),
    /// A test of the attribute at a dotted path.
    Field(String, Check),
    /// Decided when it was read: malformed parts match nobody, unknown ones cannot be told.
    Verdict(Option<bool>),
    /// Where the JavaScript SDK throws: the whole condition fails, under `$not` too.
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    And,
    Or,
    Nor,
}

/// A test of one value.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// All operators of an object.
    All(Vec<Check>),
    Not(Box<Check>),
    Compare(Op, Value),
    /// Equal at any depth; texts in any case where so.
    Equal(Value, bool),
    /// `$elemMatch`, an operator object tested on the elements themselves.
    SomeValue(Box<Check>),
    /// `$elemMatch`, a condition on the fields of the elements.
    SomeItem(Box<Node>),
    /// `$all`, `$alli`.
    Every(Op, Vec<Check>),
    Size(Box<Check>),
    Verdict(Option<bool>),
}

/// Operators on a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
    Nin,
    Ini,
    Nini,
    Exists,
    Type,
    Regex,
    Regexi,
    NotRegex,
    NotRegexi,
    InGroup,
    NotInGroup,
    Veq,
    Vne,
    Vlt,
    Vlte,
    Vgt,
    Vgte,
    // The rest is read into a check of its own.
    Not,
    All,
    Alli,
    Size,
    ElemMatch,
}

/// The operators by name.
const OPS: [(&str, Op); 29] = [
    ("eq", Op::Eq),
    ("ne", Op::Ne),
    ("lt", Op::Lt),
    ("lte", Op::Lte),
    ("gt", Op::Gt),
    ("gte", Op::Gte),
    ("in", Op::In),
    ("nin", Op::Nin),
    ("ini", Op::Ini),
    ("nini", Op::Nini),
    ("exists", Op::Exists),
    ("type", Op::Type),
    ("regex", Op::Regex),
    ("regexi", Op::Regexi),
    ("notRegex", Op::NotRegex),
    ("notRegexi", Op::NotRegexi),
    ("inGroup", Op::InGroup),
    ("notInGroup", Op::NotInGroup),
    ("veq", Op::Veq),
    ("vne", Op::Vne),
    ("vlt", Op::Vlt),
    ("vlte", Op::Vlte),
    ("vgt", Op::Vgt),
    ("vgte", Op::Vgte),
    ("not", Op::Not),
    ("all", Op::All),
    ("alli", Op::Alli),
    ("size", Op::Size),
    ("elemMatch", Op::ElemMatch),
];

impl Op {
    /// The operator that `$name` names.
    pub fn find(name: &str) -> Option<Op> {
        let name = name.strip_prefix('$')?;
        OPS.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, op)| *op)
    }

    /// The name with its `$`.
    pub fn name(self) -> String {
        let found = OPS.iter().find(|(_, op)| *op == self);
        crate::lines::join("$", found.map_or("", |(name, _)| name))
    }
}

impl Join {
    pub fn name(self) -> &'static str {
        match self {
            Join::And => "$and",
            Join::Or => "$or",
            Join::Nor => "$nor",
        }
    }
}
