//! Answers of the full edition as JSON values: short ways to write them.

pub use crate::value::Value;

pub fn number(number: impl Into<f64>) -> Value {
    Value::Number(number.into())
}

/// What there is; null where there is nothing.
pub fn of<T>(value: Option<T>, with: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, with)
}

pub fn pair(both: [f64; 2]) -> Value {
    Value::List(vec![number(both[0]), number(both[1])])
}

pub fn texts(all: &[&str]) -> Value {
    Value::List(all.iter().map(|text| (*text).into()).collect())
}

/// A map of these fields.
pub fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields = fields.into_iter();
    Value::Map(fields.map(|(name, value)| (name.into(), value)).collect())
}

/// The texts of a list in a request; none where it is something else.
pub fn texts_of<'a>(request: &'a Value, name: &str) -> Vec<&'a str> {
    match request.get(name) {
        Some(Value::List(all)) => all.iter().filter_map(Value::text).collect(),
        _ => Vec::new(),
    }
}
