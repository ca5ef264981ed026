//! What a page hands over, looked at within the bounds of [`crate::intake::Value`]. A getter that throws, a proxy, a
//! function: whatever cannot be read is left out, and no exception passes through the engine.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::intake::Value;
use crate::intake::value::Look;

pub fn read(value: JsValue) -> Value {
    Value::read(value, &look)
}

fn look(value: &JsValue) -> Look<'_, JsValue> {
    if value.is_null() || value.is_undefined() {
        Look::Null
    } else if let Some(flag) = value.as_bool() {
        Look::Bool(flag)
    } else if let Some(number) = value.as_f64() {
        Look::Number(number)
    } else if let Some(text) = value.as_string() {
        Look::Text(text)
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Look::List(Box::new(list.iter()))
    } else if value.is_object()
        && let Ok(keys) = Reflect::own_keys(value)
    {
        let count = keys.length();
        let entry = move |n| {
            let key = keys.get(n);
            let one = Reflect::get(value, &key).unwrap_or(JsValue::UNDEFINED);
            Some((key.as_string()?, one))
        };
        Look::Map(Box::new((0..count).filter_map(entry)))
    } else {
        Look::Other
    }
}
