//! The charts, and their colours on a dark screen.

use std::fmt::Write as _;

use minijinja::Value;
use serde::Serialize;

use super::{PageChart, PageError, ThemeColour};

/// A chart as the templates take it.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) alt: String,
    /// Goes into the page as it is.
    pub(super) svg: Value,
    /// Likewise, for a phone.
    pub(super) narrow_svg: Value,
    /// Whether it has areas that show values.
    pub(super) has_tips: bool,
}

pub(super) fn figures(charts: &[PageChart]) -> Result<Vec<Figure>, PageError> {
    charts.iter().map(Figure::of).collect()
}

impl Figure {
    fn of(chart: &PageChart) -> Result<Figure, PageError> {
        Ok(Figure {
            kind: chart.kind.clone(),
            title: chart.title.clone(),
            alt: chart.alt.clone(),
            has_tips: chart.svg.contains("class=\"tip\""),
            svg: svg(chart, &chart.svg)?,
            narrow_svg: svg(chart, &chart.narrow_svg)?,
        })
    }
}

/// One of a chart's pictures, if it is an SVG.
fn svg(chart: &PageChart, text: &str) -> Result<Value, PageError> {
    let svg = without_prologue(text);
    if svg.starts_with("<svg") {
        return Ok(Value::from_safe_string(svg.to_owned()));
    }
    Err(PageError::NotAnSvg {
        title: chart.title.clone(),
        start: svg.chars().take(20).collect(),
    })
}

/// An XML declaration has no place in a page.
fn without_prologue(svg: &str) -> &str {
    let svg = svg.trim();
    if svg.starts_with("<?xml") {
        svg.split_once("?>").map_or(svg, |(_, rest)| rest.trim())
    } else {
        svg
    }
}

/// Rules that give the charts their dark colours. The colours of an SVG are presentation
/// attributes, and any rule is stronger than these. Paper stays light.
pub(super) fn dark_rules(theme: &[ThemeColour]) -> Result<String, PageError> {
    let mut rules = String::from("@media screen and (prefers-color-scheme: dark) {\n");
    for ThemeColour { light, dark } in theme {
        for colour in [light, dark] {
            if !is_colour(colour) {
                return Err(PageError::NotAColour(colour.clone()));
            }
        }
        for property in ["fill", "stroke"] {
            // A String takes whatever is written.
            let _ = writeln!(
                rules,
                "  .chart [{property}=\"{light}\" i] {{ {property}: {dark}; }}"
            );
        }
    }
    rules.push_str("}\n");
    Ok(rules)
}

fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(svg: &str) -> PageChart {
        PageChart {
            kind: "comparison".to_owned(),
            title: "Makespan".to_owned(),
            alt: "It is short.".to_owned(),
            svg: svg.to_owned(),
            narrow_svg: svg.to_owned(),
        }
    }

    #[test]
    fn a_chart_is_taken_as_it_is_but_for_a_declaration() {
        let svg = "<svg><rect class=\"tip\"><title>1 s</title></rect></svg>";
        let declared = format!("<?xml version=\"1.0\"?>\n{svg}\n");
        let found = &figures(&[chart(&declared)]).unwrap()[0];
        assert_eq!(found.svg.as_str(), Some(svg));
        assert!(found.has_tips);
    }

    #[test]
    fn what_is_no_svg_is_refused_by_its_title() {
        let error = figures(&[chart("<script>alert(1)</script>")]).unwrap_err();
        let words = error.to_string();
        assert!(words.contains("'Makespan' is no SVG"), "{words}");
    }

    #[test]
    fn a_dark_colour_takes_the_place_of_fill_and_stroke_and_nothing_else_gets_in() {
        let colour = |light: &str, dark: &str| ThemeColour {
            light: light.to_owned(),
            dark: dark.to_owned(),
        };
        insta::assert_snapshot!(dark_rules(&[colour("#FFFFFF", "#101418")]).unwrap(), @r##"
        @media screen and (prefers-color-scheme: dark) {
          .chart [fill="#FFFFFF" i] { fill: #101418; }
          .chart [stroke="#FFFFFF" i] { stroke: #101418; }
        }
        "##);
        for (light, dark) in [
            ("white", "#000000"),
            ("#FFFFFF", "#000;} </style>"),
            ("", "#12345é"),
        ] {
            assert!(
                dark_rules(&[colour(light, dark)]).is_err(),
                "{light} {dark}"
            );
        }
    }
}
