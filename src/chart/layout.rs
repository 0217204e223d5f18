use super::comparison::Comparison;
use super::figure::{Figure, Text};
use super::rows::Rows;
use super::{ChartError, font, theme};

const TITLE: &str = "Makespan of each configuration";
const LINE: f64 = 15.0;
/// Room for the axis' labels and name.
const BELOW_ROWS: f64 = 42.0;

/// Lays the chart out: one row for each configuration, with its label, its marks on a common
/// logarithmic axis, and the marks' values in columns. Values stand apart from marks, because a
/// good measurement lies on top of its ideal.
pub fn comparison(comparison: &Comparison, source: &str) -> Result<Figure, ChartError> {
    if comparison.rows.is_empty() {
        return Err(ChartError::NoTrials);
    }
    let mut figure = Figure {
        title: full_title(comparison),
        width: theme::WIDTH,
        height: 0.0,
        shapes: Vec::new(),
    };
    let top = heading(&mut figure, comparison)?;
    let rows = Rows::new(comparison, top)?;
    rows.draw(&mut figure, comparison)?;
    let bottom = rows.bottom() + BELOW_ROWS;
    figure.height = foot(&mut figure, source, bottom)?;
    Ok(figure)
}

fn full_title(comparison: &Comparison) -> String {
    let against = if comparison.has_published() {
        "measured against ideal and published"
    } else {
        "measured against ideal"
    };
    format!("{TITLE}: {against}")
}

/// Title and what has to be said before the figures; tells where the chart can begin.
fn heading(figure: &mut Figure, comparison: &Comparison) -> Result<f64, ChartError> {
    let room = figure.width - 2.0 * theme::MARGIN;
    let title = Text::new(
        figure.title.clone(),
        (theme::MARGIN, theme::MARGIN + theme::TITLE),
        theme::TITLE,
        theme::INK,
    );
    figure.text(title.bold());
    let mut y = theme::MARGIN + theme::TITLE + 4.0;
    let mut sentences =
        vec!["Seconds from the client's first send to its last result; less is better.".to_owned()];
    if comparison.most_runs() > 1 {
        let most = comparison.most_runs();
        sentences.push(format!(
            "Measured: median of up to {most} runs, with a line from the fastest to the slowest where it is longer than the dot."
        ));
    }
    sentences.extend(comparison.notes.iter().cloned());
    for line in font::wrap(&sentences.join(" "), room, theme::SMALL)? {
        y += LINE;
        figure.text(Text::new(
            line,
            (theme::MARGIN, y),
            theme::SMALL,
            theme::QUIET,
        ));
    }
    Ok(y + 30.0)
}

/// The source line; tells the figure's height.
fn foot(figure: &mut Figure, source: &str, top: f64) -> Result<f64, ChartError> {
    let room = figure.width - 2.0 * theme::MARGIN;
    let mut y = top;
    for line in font::wrap(source, room, theme::TINY)? {
        y += 13.0;
        figure.text(Text::new(
            line,
            (theme::MARGIN, y),
            theme::TINY,
            theme::QUIET,
        ));
    }
    Ok((y + theme::MARGIN).ceil())
}
