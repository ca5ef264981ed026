//! Plots of bars as SVG.

use std::fmt::Write;

/// Bars in groups; every group has a value, or none, for each of the kinds.
pub struct Plot {
    pub title: &'static str,
    /// Name and colour.
    pub kinds: Vec<(&'static str, &'static str)>,
    pub groups: Vec<(String, Vec<Option<f64>>)>,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 200.0;
const BAR: f64 = 16.0;
const GAP: f64 = 14.0;
const TOP: f64 = 64.0;

impl Plot {
    /// What shows `docs/plots/NAME.svg` on the page.
    pub fn image(&self, name: &str) -> String {
        format!("![{}](plots/{name}.svg)", self.title)
    }

    pub fn svg(&self) -> String {
        let values = self
            .groups
            .iter()
            .flat_map(|(_, values)| values.iter().flatten());
        let most = values.copied().fold(f64::MIN_POSITIVE, f64::max);
        let mut body = String::new();
        let mut y = TOP;
        for (group, values) in &self.groups {
            let middle = y + BAR * values.len() as f64 / 2.0 + 5.0;
            let _ = writeln!(
                body,
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{group}</text>",
                LEFT - 12.0
            );
            for ((_, colour), value) in self.kinds.iter().zip(values) {
                if let Some(value) = value {
                    let width = (WIDTH - LEFT - 80.0) * value / most;
                    let _ = writeln!(
                        body,
                        "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\" rx=\"2\" fill=\"{colour}\"/>\
                         <text x=\"{:.1}\" y=\"{}\" class=\"value\">{}</text>",
                        BAR - 2.0,
                        LEFT + width + 6.0,
                        y + BAR - 4.0,
                        figure(*value),
                    );
                }
                y += BAR;
            }
            y += GAP;
        }
        let mut legend = String::new();
        let mut x = LEFT;
        for (name, colour) in &self.kinds {
            let _ = writeln!(
                legend,
                "<rect x=\"{x}\" y=\"36\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{colour}\"/>\
                 <text x=\"{}\" y=\"47\">{name}</text>",
                x + 18.0
            );
            x += 34.0 + 7.5 * name.chars().count() as f64;
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" role=\"img\" aria-label=\"{title}\">\n\
             <style>text{{font:13px system-ui,sans-serif;fill:#222}}.value{{font-size:12px}}.title{{font-weight:600;font-size:15px}}</style>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"16\" y=\"22\" class=\"title\">{title}</text>\n{legend}{body}</svg>\n",
            title = self.title,
        )
    }
}

fn figure(value: f64) -> String {
    if value < 1.0 {
        format!("{value:.4}")
    } else {
        format!("{value:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_is_the_greatest_value_and_a_gap_stays_a_gap() {
        let plot = Plot {
            title: "HitRate",
            kinds: vec![("one", "#111"), ("two", "#222")],
            groups: vec![
                ("a".into(), vec![Some(0.5), None]),
                ("b".into(), vec![Some(0.25), Some(1.0)]),
            ],
        };
        let svg = plot.svg();
        assert_eq!(svg.matches("class=\"value\"").count(), 3);
        let width = |of: f64| format!("width=\"{:.1}\"", (WIDTH - LEFT - 80.0) * of);
        assert!(
            svg.contains(&width(1.0)) && svg.contains(&width(0.5)) && svg.contains(&width(0.25))
        );
    }
}
