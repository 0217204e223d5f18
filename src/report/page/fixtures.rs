//! Whole pages for tests: of the committed records, of text that means harm, of many rows.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{AskedExperiment, LeftOut, Page, PageChart, ThemeColour, page};
use crate::record::{Published, Trial, fixtures, published, read_trials};
use crate::report::recommend::Terms;

/// What a page is made from, owned.
pub struct Sample {
    pub title: String,
    pub trials: Vec<Trial>,
    pub csv: String,
    pub environment: Option<Value>,
    pub experiments: Vec<AskedExperiment>,
    pub published: Vec<Published>,
    pub charts: Vec<PageChart>,
    pub left_out: Vec<LeftOut>,
    pub theme: Vec<ThemeColour>,
}

impl Sample {
    /// Synthetic trials, and nothing else that could be known.
    pub fn of(title: &str, trials: Vec<Trial>) -> Sample {
        Sample {
            title: title.to_owned(),
            csv: csv_of(&trials),
            trials,
            environment: None,
            experiments: Vec::new(),
            published: published(),
            charts: Vec::new(),
            left_out: Vec::new(),
            theme: theme(),
        }
    }

    /// The newest committed results of this name, with two charts.
    pub fn committed(name: &str, title: &str) -> Sample {
        let folder = newest_results(name);
        let json = |name: &str| -> Value {
            serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
        };
        let csv = folder.join("trials.csv");
        Sample {
            csv: fs::read_to_string(&csv).unwrap(),
            environment: Some(json("environment.json")),
            experiments: experiments(&json("sweep.json")),
            charts: vec![comparison(), heat_map()],
            left_out: vec![LeftOut {
                title: "Latency of batches".to_owned(),
                reason: "no trial has a rate (--rate), so latency only repeats the makespan"
                    .to_owned(),
            }],
            ..Sample::of(title, read_trials(&csv).unwrap())
        }
    }

    /// Names, errors, questions and charts that would do harm if they were taken for HTML.
    pub fn hostile() -> Sample {
        const HARM: &str = "</script></style><script>document.title='harm'</script>\"'&amp;";
        let mut trials = fixtures::repeated(&fixtures::nine(), 7);
        for trial in trials.iter_mut().filter(|trial| trial.processes == 32) {
            trial.label.push_str(HARM);
        }
        trials.push(fixtures::failed("io-mp-2x1", HARM));
        trials.push(fixtures::failed(
            "io-mp-2x1",
            "a \"quoted\"\nreason, of two lines\r\nor three",
        ));
        trials.push(Trial {
            warmup: true,
            ..fixtures::trial("io-mp-32x1", (99.0, 1.0))
        });
        Sample {
            environment: Some(
                serde_json::json!({"cpu": HARM, "warnings": [HARM], "command": [HARM]}),
            ),
            experiments: vec![AskedExperiment {
                name: "test".to_owned(),
                question: HARM.to_owned(),
                analysis: HARM.to_owned(),
            }],
            charts: vec![PageChart {
                title: HARM.to_owned(),
                alt: HARM.to_owned(),
                ..heat_map()
            }],
            left_out: vec![LeftOut {
                title: HARM.to_owned(),
                reason: HARM.to_owned(),
            }],
            ..Sample::of(HARM, trials)
        }
    }

    /// 9,996 rows: 1,666 configurations, six runs each.
    pub fn large() -> Sample {
        let pairs = (1..=49_u32)
            .flat_map(|processes| (1..=34_u32).map(move |threads| (processes, threads)));
        let configurations: Vec<Trial> = pairs
            .map(|(processes, threads)| {
                let kind = if processes % 3 == 0 { 0.003 } else { 0.001 };
                let product = f64::from(processes * threads);
                let makespan = 10.0 * (0.01 + 1.0 / product + kind * product.ln());
                let mut trial =
                    fixtures::trial(&format!("io-mpmt-{processes}x{threads}"), (makespan, 0.1));
                trial.peak_pss_kib = Some(u64::from(processes) * 1_900);
                trial
            })
            .collect();
        Sample::of(
            "Ten thousand trials",
            fixtures::repeated(&configurations, 6),
        )
    }

    pub fn page(&self) -> Page<'_> {
        Page {
            title: &self.title,
            trials: &self.trials,
            csv: &self.csv,
            environment: self.environment.as_ref(),
            experiments: &self.experiments,
            published: &self.published,
            terms: Terms::default(),
            charts: &self.charts,
            left_out: &self.left_out,
            theme: &self.theme,
        }
    }

    pub fn html(&self) -> String {
        page(&self.page()).unwrap()
    }

    /// Writes `<name>.html` and `<name>.csv`.
    pub fn write(&self, folder: &Path, name: &str) {
        fs::write(folder.join(format!("{name}.html")), self.html()).unwrap();
        fs::write(folder.join(format!("{name}.csv")), &self.csv).unwrap();
    }
}

fn newest_results(name: &str) -> PathBuf {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let folders = fs::read_dir(results)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let ends_so = |folder: &PathBuf| folder.to_string_lossy().ends_with(&format!("-{name}"));
    folders.filter(ends_so).max().unwrap()
}

fn csv_of(trials: &[Trial]) -> String {
    let mut rows = csv::Writer::from_writer(Vec::new());
    trials
        .iter()
        .for_each(|trial| rows.serialize(trial).unwrap());
    String::from_utf8(rows.into_inner().unwrap()).unwrap()
}

fn experiments(sweep: &Value) -> Vec<AskedExperiment> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let experiments = sweep["experiments"].as_array().unwrap().iter();
    experiments
        .map(|experiment| AskedExperiment {
            name: text(&experiment["name"]),
            question: text(&experiment["definition"]["question"]),
            analysis: text(&experiment["definition"]["analysis"]),
        })
        .collect()
}

/// The committed chart, with an area for each of its rows.
fn comparison() -> PageChart {
    let path = newest_results("published").join("comparison.svg");
    let rows = (0..9).map(|row| {
        (
            (32, 160 + 60 * row, 1336, 60),
            format!("configuration {}: median {}.048 s", row + 1, row),
        )
    });
    PageChart {
        kind: "comparison".to_owned(),
        title: "Makespan of each configuration: measured against ideal and published".to_owned(),
        alt: "Measured makespans lie at their ideals for waiting work, and a little above for \
              computing work."
            .to_owned(),
        svg: with_tips(&fs::read_to_string(path).unwrap(), rows),
        narrow_svg: heat_map().narrow_svg,
    }
}

/// A small chart in the colours of the charts.
pub fn heat_map() -> PageChart {
    PageChart {
        kind: "heat-map".to_owned(),
        title: "Makespan by processes and threads".to_owned(),
        alt: "The makespan falls towards many processes and many threads.".to_owned(),
        svg: heat_map_svg(700),
        narrow_svg: heat_map_svg(356),
    }
}

fn heat_map_svg(width: i32) -> String {
    let step = (2 * width - 320) / 6;
    let cells = (0..36).map(|cell| {
        let (column, row) = (cell % 6, cell / 6);
        let words = format!(
            "{} processes, {} threads: {} ms",
            1 << column,
            1 << row,
            40 + cell
        );
        ((200 + step * column, 100 + 90 * row, step - 4, 86), words)
    });
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"Makespan by processes and threads\" width=\"{width}\" \
         height=\"340\" viewBox=\"0 0 {0} 680\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <rect x=\"0\" y=\"0\" width=\"{0}\" height=\"680\" fill=\"#FFFFFF\" stroke=\"none\"/>\n\
         <text x=\"32\" y=\"60\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"30\" \
         fill=\"#1A1A1A\">Makespan by processes and threads</text>\n",
        2 * width
    );
    for ((x, y, width, height), _) in cells.clone() {
        svg.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#0072B2\" \
             opacity=\"{:.2}\" stroke=\"#DCDFE3\"/>\n",
            0.15 + 0.8 * f64::from(x + y - 300) / 1400.0
        ));
    }
    svg.push_str("</svg>\n");
    with_tips(&svg, cells)
}

/// Areas as the charts have them: left, top, width and height, and their words.
fn with_tips(svg: &str, tips: impl Iterator<Item = ((i32, i32, i32, i32), String)>) -> String {
    let areas: Vec<String> = tips
        .map(|((x, y, width, height), words)| {
            format!(
                "<rect class=\"tip\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
                 fill=\"none\" pointer-events=\"all\"><title>{words}</title></rect>"
            )
        })
        .collect();
    let group = format!("<g class=\"tips\">{}</g></svg>", areas.join("\n"));
    svg.replacen("</svg>", &group, 1)
}

/// The colours of the charts in the dark.
fn theme() -> Vec<ThemeColour> {
    let colours = [
        ("#FFFFFF", "#14171A"),
        ("#1A1A1A", "#E8EAEC"),
        ("#222222", "#E8EAEC"),
        ("#555555", "#A7AEB6"),
        ("#F5F6F7", "#1D2125"),
        ("#DCDFE3", "#32383E"),
        ("#A9AFB7", "#606973"),
        ("#0072B2", "#4FA8DC"),
        ("#D55E00", "#F0824A"),
        ("#A84A00", "#F0A35E"),
    ];
    colours
        .map(|(light, dark)| ThemeColour {
            light: light.to_owned(),
            dark: dark.to_owned(),
        })
        .to_vec()
}
