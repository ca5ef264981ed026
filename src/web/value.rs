//! What a page hands over, looked at within the bounds of [`crate::intake::Value`]. How a script looks at a value
//! without ever throwing is `look.js`: as calls of js-sys, each of which may throw, it took a kilobyte more.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::intake::Value;
use crate::intake::value::Look;

#[wasm_bindgen(module = "/src/web/look.js")]
extern "C" {
    fn kind(value: &JsValue) -> u32;
    fn number(value: &JsValue) -> f64;
    fn text(value: &JsValue) -> String;
    fn names(map: &JsValue) -> JsValue;
    fn size(list: &JsValue) -> u32;
    fn element(list: &JsValue, n: u32) -> JsValue;
    #[wasm_bindgen(js_name = value)]
    fn property(map: &JsValue, name: &JsValue) -> JsValue;
}

pub fn read(value: JsValue) -> Value {
    Value::read(value, &look)
}

fn look(value: &JsValue) -> Look<'_, JsValue> {
    match kind(value) {
        0 => Look::Null,
        1 => Look::Bool(number(value) != 0.0),
        2 => Look::Number(number(value)),
        3 => Look::Text(text(value)),
        4 => Look::List(Box::new((0..size(value)).map(|n| element(value, n)))),
        5 => {
            let names = names(value);
            let count = size(&names);
            let entry = move |n| {
                let name = element(&names, n);
                (text(&name), property(value, &name))
            };
            Look::Map(Box::new((0..count).map(entry)))
        }
        _ => Look::Other,
    }
}
