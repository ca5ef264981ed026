//! A picture of a thing in the colours of its variant and its brand, as a small SVG.
//!
//! The sheets beside this file hold the drawings, one `<symbol>` for each picture that `kinds.csv` names, on a square
//! of 200 with the ground at 166. `id="kettle-gooseneck"` is the kettle of a product whose title has that word. Paints
//! are variables: `--main` the thing, `--dark` and `--light` its shade and shine, `--accent` its brand.
//!
//! Pictures hold no text, script or reference, so they need nothing else to be shown.

mod colour;
mod sheet;
#[cfg(test)]
mod tests;

use crate::lab::goods::Product;

use colour::{Colour, WHITE};
use sheet::Sheet;

/// Every drawing of the sheets.
pub struct Pictures(Vec<Sheet>);

impl Pictures {
    pub fn new() -> Self {
        Pictures(sheet::all())
    }

    /// The picture of a product.
    pub fn draw(&self, product: &Product) -> String {
        let main = Colour::parse(&product.colour);
        let accent = Colour::parse(&product.accent);
        let ground = backdrop(main, accent);
        let body = self.body(product);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\"><path fill=\"{ground}\" d=\"M0 0h200v200H0z\"/>\
             <circle cx=\"100\" cy=\"98\" r=\"80\" fill=\"#fff\" opacity=\".38\"/><ellipse cx=\"100\" cy=\"167\" rx=\"58\" ry=\"6\" opacity=\".1\"/>{body}</svg>\n",
        )
    }

    /// A product as a buyer takes a picture of it: at home, on some table, a little askew.
    pub fn photo(&self, product: &Product, scene: usize) -> String {
        let body = self.body(product);
        let (wall, table, props) = SCENES[scene % SCENES.len()];
        let turn = [-5, 4, -3, 6][scene % 4];
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\"><path fill=\"{wall}\" d=\"M0 0h200v140H0z\"/>{props}\
             <path fill=\"{table}\" d=\"M0 138h200v62H0z\"/><path opacity=\".08\" d=\"M0 138h200v5H0z\"/>\
             <ellipse cx=\"104\" cy=\"171\" rx=\"62\" ry=\"8\" opacity=\".16\"/><g transform=\"rotate({turn} 100 166)\">{body}</g>\
             <path fill=\"#fff7e0\" opacity=\".18\" d=\"M0 0h120L20 200H0z\"/></svg>\n",
        )
    }

    fn body(&self, product: &Product) -> String {
        let Some(sheet) = self.0.iter().find(|sheet| sheet.picture == product.picture) else {
            panic!("{}: no drawing {:?}", product.id, product.picture);
        };
        let main = Colour::parse(&product.colour);
        let accent = Colour::parse(&product.accent);
        sheet
            .drawing(&product.title[0])
            .replace("var(--main)", &main.to_string())
            .replace("var(--dark)", &main.darker(0.22).to_string())
            .replace("var(--light)", &main.mix(WHITE, 0.35).to_string())
            .replace("var(--accent)", &accent.to_string())
    }
}

/// Walls, tables, and what stands behind: a window, a shelf, a plant, a lamp.
const SCENES: [(&str, &str, &str); 4] = [
    (
        "#dfe6ea",
        "#b98a5e",
        r##"<path fill="#f6fbff" d="M18 14h70v84H18z"/><path fill="none" stroke="#c3ccd2" stroke-width="4" d="M18 14h70v84H18zM53 14v84M18 56h70"/>"##,
    ),
    (
        "#efe3d3",
        "#7d5a43",
        r##"<path fill="#a98467" d="M96 46h104v7H96z"/><path fill="#8fa3a0" d="M112 18h10v28h-10z"/><path fill="#c98b6b" d="M124 14h8v32h-8z"/><path fill="#d8c38f" d="M134 22h12v24h-12z"/>"##,
    ),
    (
        "#e4eadf",
        "#cdb99c",
        r##"<path fill="#c27c58" d="M14 96h34l-5 42H19z"/><path fill="#6f9a6b" d="M31 96C8 78 10 50 16 40c12 12 16 34 15 56zm0 0c22-16 22-42 18-54-13 12-19 34-18 54z"/>"##,
    ),
    (
        "#d9d3df",
        "#8a8f98",
        r##"<path fill="#f5e3a6" opacity=".7" d="M150 34 128 138h62L172 34z"/><path fill="#5d5a66" d="M144 22h34l8 16h-50z"/><path fill="#5d5a66" d="M159 0h4v22h-4z"/>"##,
    ),
];

/// A soft tint of the thing; of its brand where the thing itself is too pale or too grey to be seen on its own tint.
fn backdrop(main: Colour, accent: Colour) -> Colour {
    let tint = if main.saturation() > 0.25 && main.lightness() < 0.85 {
        main
    } else {
        accent
    };
    tint.mix(WHITE, 0.8)
}
