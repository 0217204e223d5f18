//! All that the templates take, and the templates filled.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use super::answer::{Answer, answer};
use super::asked::QuestionView;
use super::claimed::{Claims, claims};
use super::configurations::{Grid, configurations};
use super::figures::{Figure, dark_rules, figures};
use super::machine::{self, Part};
use super::trouble::{FailureGroup, Warnings, failures, warnings};
use super::words::with_units_kept;
use super::{LeftOut, Page, PageError};
use crate::model::{counted, percent};
use crate::record::{Status, Trial};
use crate::report::programs::Contrast;
use crate::report::recommend::{contrasts, fewest_runs};

/// The templates by name; the first one includes the others.
const TEMPLATES: [(&str, &str); 8] = [
    ("page.html", include_str!("templates/page.html")),
    ("answer.html", include_str!("templates/answer.html")),
    ("claims.html", include_str!("templates/claims.html")),
    ("charts.html", include_str!("templates/charts.html")),
    ("records.html", include_str!("templates/records.html")),
    ("machine.html", include_str!("templates/machine.html")),
    ("trouble.html", include_str!("templates/trouble.html")),
    ("method.html", include_str!("templates/method.html")),
];

/// One style sheet from its parts.
const STYLE: &str = concat!(
    include_str!("style/page.css"),
    include_str!("style/answer.css"),
    include_str!("style/claims.css"),
    include_str!("style/chart.css"),
    include_str!("style/table.css"),
    include_str!("style/print.css"),
);

/// One script from its parts; each begins with what it is for.
const SCRIPT: &str = concat!(
    include_str!("script/csv.js"),
    include_str!("script/filter.js"),
    include_str!("script/grid.js"),
    include_str!("script/tables.js"),
    include_str!("script/tips.js"),
    include_str!("script/page.js"),
);

/// The page as data.
#[derive(Debug, Serialize)]
pub(super) struct View<'a> {
    title: &'a str,
    style: Value,
    script: Value,
    /// Where it was measured, in a line; empty when that is not recorded.
    machine_line: String,
    began: Option<String>,
    /// How many trials there are and how they ended.
    trials_line: String,
    /// How many warnings there are.
    warning_count: usize,
    pub(super) answers: Vec<Answer>,
    /// Of a record of the published experiment.
    pub(super) claims: Option<Claims>,
    /// How the best of each runtime, dispatch and start compare, where these are axes.
    pub(super) across: Vec<String>,
    charts: Vec<Figure>,
    left_out: Vec<LeftOutView<'a>>,
    pub(super) configurations: Grid,
    trial_count: usize,
    machine: Vec<Part>,
    not_told: Vec<&'static str>,
    command: Option<String>,
    warnings: Vec<Warnings>,
    failures: Vec<FailureGroup>,
    /// What may take longer than the fastest and still be recommended, in percent.
    within_percent: String,
    fewest_runs: usize,
    version: &'static str,
    /// A string of JSON that no HTML parser can take for anything else.
    csv: Value,
}

#[derive(Debug, Serialize)]
struct LeftOutView<'a> {
    title: &'a str,
    reason: &'a str,
}

impl<'a> View<'a> {
    pub(super) fn of(page: &Page<'a>) -> Result<View<'a>, PageError> {
        let asked = QuestionView::all(page);
        if asked.is_empty() {
            return Err(PageError::NoTrials);
        }
        let environment = page.environment;
        let warnings = warnings(environment, &asked);
        Ok(View {
            title: page.title,
            style: safe(format!("{STYLE}{}", dark_rules(page.theme)?)),
            script: safe(SCRIPT.to_owned()),
            machine_line: environment.map(machine::line).unwrap_or_default(),
            began: environment.and_then(machine::began),
            trials_line: trials_line(page.trials),
            warning_count: warnings.iter().map(|group| group.warnings.len()).sum(),
            answers: (asked.iter()).map(answer).collect(),
            claims: claims(page.trials),
            across: across(&asked),
            charts: figures(page.charts)?,
            left_out: page.left_out.iter().map(LeftOutView::of).collect(),
            configurations: configurations(&asked),
            trial_count: page.trials.len(),
            machine: environment.map(machine::parts).unwrap_or_default(),
            not_told: environment.map(machine::not_told).unwrap_or_default(),
            command: environment.and_then(machine::command),
            warnings,
            failures: failures(page.trials),
            within_percent: percent(page.terms.within).to_string(),
            fewest_runs: fewest_runs(),
            version: env!("CARGO_PKG_VERSION"),
            csv: safe(embedded(page.csv)),
        })
    }
}

impl<'a> LeftOutView<'a> {
    fn of(left_out: &'a LeftOut) -> Self {
        LeftOutView {
            title: &left_out.title,
            reason: &left_out.reason,
        }
    }
}

fn across(asked: &[QuestionView<'_>]) -> Vec<String> {
    let contrasts = contrasts(asked.iter().map(|asked| &asked.question));
    let lines = contrasts.iter().flat_map(Contrast::lines);
    lines.map(str::to_owned).collect()
}

/// Such as "432 trials, all ok".
fn trials_line(trials: &[Trial]) -> String {
    let warmups = trials.iter().filter(|trial| trial.warmup).count();
    let counting = || trials.iter().filter(|trial| !trial.warmup);
    let bad = counting()
        .filter(|trial| trial.status != Status::Ok)
        .count();
    let ended = match bad {
        0 => "all ok".to_owned(),
        bad => format!("{bad} not ok"),
    };
    let warmups = match warmups {
        0 => String::new(),
        some => format!(", and {}", counted(some, "warm-up")),
    };
    format!("{}, {ended}{warmups}", counted(counting().count(), "trial"))
}

/// A text as a string of JSON for a script element, in which `<` would begin something else.
fn embedded(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('<', "\\u003c")
}

fn safe(text: String) -> Value {
    Value::from_safe_string(text)
}

/// The text of the page.
pub(super) fn render(view: &View<'_>) -> Result<String, PageError> {
    let mut templates = Environment::new();
    // A name that nothing has is an error, not an empty place.
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_filter("units", with_units_kept);
    // A line with nothing but a block leaves no line behind.
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    templates.set_syntax(syntax.build()?);
    for (name, text) in TEMPLATES {
        templates.add_template(name, text)?;
    }
    Ok(templates.get_template("page.html")?.render(Serde(view))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_text_reads_back_as_it_was_and_ends_no_element() {
        let text = "a,\"b\"\r\n</script><!-- \u{2028} é \t\n";
        let embedded = embedded(text);
        assert!(!embedded.contains('<'), "{embedded}");
        assert_eq!(serde_json::from_str::<String>(&embedded).unwrap(), text);
    }
}
