//! What a page hands over, looked at within the bounds of [`crate::intake::Value`]. How a script looks at a value
//! without ever throwing is `look.js`: as calls of js-sys, each of which may throw, it took a kilobyte more.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::intake::value::{Host, Look};

#[wasm_bindgen(module = "/src/web/look.js")]
extern "C" {
    fn kind(value: &JsValue) -> u32;
    fn number(value: &JsValue) -> f64;
    fn text(value: &JsValue) -> String;
    fn names(map: &JsValue) -> JsValue;
    fn size(list: &JsValue) -> usize;
    fn element(list: &JsValue, n: usize) -> JsValue;
    #[wasm_bindgen(js_name = value)]
    fn property(map: &JsValue, name: &JsValue) -> JsValue;
}

impl Host for JsValue {
    fn look(&self) -> Look<JsValue> {
        match kind(self) {
            0 => Look::Null,
            1 => Look::Bool(number(self) != 0.0),
            2 => Look::Number(number(self)),
            3 => Look::Text(text(self)),
            4 => Look::List,
            5 => Look::Map(names(self)),
            _ => Look::Other,
        }
    }

    fn size(&self) -> usize {
        size(self)
    }

    fn element(&self, n: usize) -> JsValue {
        element(self, n)
    }

    fn text(&self) -> String {
        text(self)
    }

    fn property(&self, name: &JsValue) -> JsValue {
        property(self, name)
    }
}
