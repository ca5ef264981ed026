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
        let Some(sheet) = self.0.iter().find(|sheet| sheet.picture == product.picture) else {
            panic!("{}: no drawing {:?}", product.id, product.picture);
        };
        let main = Colour::parse(&product.colour);
        let accent = Colour::parse(&product.accent);
        let ground = backdrop(main, accent);
        let body = sheet
            .drawing(&product.title[0])
            .replace("var(--main)", &main.to_string())
            .replace("var(--dark)", &main.darker(0.22).to_string())
            .replace("var(--light)", &main.mix(WHITE, 0.35).to_string())
            .replace("var(--accent)", &accent.to_string());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\"><path fill=\"{ground}\" d=\"M0 0h200v200H0z\"/>\
             <circle cx=\"100\" cy=\"98\" r=\"80\" fill=\"#fff\" opacity=\".38\"/><ellipse cx=\"100\" cy=\"167\" rx=\"58\" ry=\"6\" opacity=\".1\"/>{body}</svg>\n",
        )
    }
}

/// A soft tint of the thing; of its brand where the thing itself is too pale or too grey to be seen on its own tint.
fn backdrop(main: Colour, accent: Colour) -> Colour {
    let tint = if main.saturation() > 0.25 && main.lightness() < 0.85 {
        main
    } else {
        accent
    };
    tint.mix(WHITE, 0.8)
}
