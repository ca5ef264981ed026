//! What a page hands over, looked at within the bounds of [`crate::intake::Value`]. A getter that throws, a proxy, a
//! function: whatever cannot be read is left out, and no exception passes through the engine.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::intake::Value;
use crate::intake::value::Look;

#[wasm_bindgen]
extern "C" {
    /// Throws for a proxy that was revoked.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
}

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
    } else if is_array(value).unwrap_or(false) {
        // Its getters, or a proxy's, may throw.
        let length = Reflect::get(value, &JsValue::from_str("length"));
        let count = length
            .ok()
            .and_then(|length| length.as_f64())
            .unwrap_or(0.0) as u32;
        let element = |n| Reflect::get_u32(value, n).unwrap_or(JsValue::UNDEFINED);
        Look::List(Box::new((0..count).map(element)))
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
