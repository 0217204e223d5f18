//! Configurations against their ideals and what was published.

use indexmap::IndexSet;

use super::columns::{Asked, Timed, asked_columns, timed_columns};
use super::recommend::Terms;
use super::table::Filled;
use super::{Bars, Cell, Column, HeatMap, Pictures, Report, Table};
use crate::model::Runtime;
use crate::record::{
    AgainstPublished, Published, PublishedFigure, Status, Trial, against_published,
    comparison_groups,
};
use crate::stats::{Bootstrap, Sample};

/// Each configuration over all its runs, against its ideal and what was published for the same
/// work.
pub fn comparison(trials: &[Trial], published: &[Published]) -> Report {
    let rows = against_published(trials, published);
    Report {
        for_people: for_people(&rows),
        for_programs: for_programs(&rows).into(),
        answers: Vec::new(),
        pictures: Pictures {
            bars: Some(bars(&rows)),
            maps: maps(trials),
        },
    }
}

/// The title of the column that the bars follow.
const MEASURED: &str = "measured";

fn bars(rows: &[AgainstPublished<'_>]) -> Bars {
    Bars {
        after: MEASURED,
        seconds: rows.iter().map(|row| row.group.makespan_s()).collect(),
    }
}

/// One for each work, and each runtime of it, that was measured over a grid of processes and threads.
fn maps(trials: &[Trial]) -> Vec<HeatMap> {
    let works = comparison_groups(trials).into_iter();
    let by_runtime = works.flat_map(|work| {
        let runtimes = work.trials.iter().map(|trial| trial.runtime.clone());
        let runtimes: IndexSet<Runtime> = runtimes.collect();
        runtimes.into_iter().map(move |runtime| {
            let mut of_runtime = work.clone();
            of_runtime.trials.retain(|trial| trial.runtime == runtime);
            of_runtime
        })
    });
    by_runtime
        .filter_map(|work| HeatMap::through_fastest(&work, Terms::default().within))
        .collect()
}

fn for_people(rows: &[AgainstPublished<'_>]) -> Table {
    let any = |holds: fn(&AgainstPublished<'_>) -> bool| rows.iter().any(holds);
    let with_published = any(|row| row.published != PublishedFigure::None);
    let with_status = any(|row| row.group.failed().any());
    let mut columns: Vec<Filled<AgainstPublished<'_>>> =
        vec![(Column::left("configuration"), name)];
    if with_published {
        columns.push((Column::right("published"), published));
    }
    // Beside native code alone, the published figure is enough of Python.
    if with_published && any(|row| !row.group.trial().runtime.is_native()) {
        columns.push((Column::right("run again"), run_again));
    }
    // Work of a person's own has none.
    let with_ideal = any(|row| row.group.ideal_s().is_some());
    if with_ideal {
        columns.push((Column::right("ideal"), ideal));
    }
    columns.push((Column::right(MEASURED), measured));
    // A median of several runs is never without those that it leaves out.
    if with_status || any(|row| row.group.runs().len() > 1) {
        columns.push((Column::right("failed"), |row| row.group.failed().into()));
    }
    if with_ideal {
        columns.push((Column::right("efficiency"), efficiency));
    }
    if with_published {
        columns.push((Column::right("faster than published"), times_faster));
    }
    if with_status {
        columns.push((Column::left("status"), status));
    }
    Table::of(rows, columns)
}

fn for_programs(rows: &[AgainstPublished<'_>]) -> Table {
    let groups = || rows.iter().map(|row| &row.group);
    let asked: Vec<Asked> = groups()
        .map(|group| Asked::of(&group.name, group.trial()))
        .collect();
    let bootstrap = Bootstrap::seeded(1);
    let timed: Vec<Timed> = groups().map(|group| Timed::of(group, &bootstrap)).collect();
    let columns: Vec<Filled<AgainstPublished<'_>>> = vec![
        (Column::right("makespan_min_s"), |r| seconds(r, Sample::min)),
        (Column::right("makespan_max_s"), |r| seconds(r, Sample::max)),
        (Column::right("published_s"), |r| {
            Cell::maybe(r.published.seconds(), Cell::Seconds)
        }),
        (Column::right("run_again_s"), run_again),
        (Column::right("ideal_s"), |r| {
            Cell::maybe(r.group.ideal_s(), Cell::Seconds)
        }),
        (Column::left("ideal_is_bound"), |r| {
            Cell::Flag(r.group.ideal_is_bound())
        }),
        (Column::right("efficiency"), efficiency),
        (Column::right("times_faster_than_published"), times_faster),
        (Column::left("status"), |r| {
            Cell::Text(r.group.status().to_string())
        }),
        (Column::left("error"), |r| {
            Cell::maybe(r.group.error().map(str::to_owned), Cell::Text)
        }),
    ];
    asked_columns(&asked)
        .beside(timed_columns("", &timed))
        .beside(Table::of(rows, columns))
}

fn name(row: &AgainstPublished<'_>) -> Cell {
    Cell::Text(row.group.name.clone())
}

/// Published seconds, or why they can't be compared.
fn published(row: &AgainstPublished<'_>) -> Cell {
    match row.published {
        PublishedFigure::None => Cell::Empty,
        PublishedFigure::Seconds(seconds) => Cell::Text(format!("{seconds} s")),
        PublishedFigure::ScaledWaits(scale) => Cell::Text(format!("(waits × {scale})")),
        PublishedFigure::OtherWork => Cell::Text("(other work)".to_owned()),
    }
}

fn run_again(row: &AgainstPublished<'_>) -> Cell {
    Cell::maybe(row.run_again_s, Cell::Seconds)
}

fn ideal(row: &AgainstPublished<'_>) -> Cell {
    Cell::ideal(row.group.ideal_s(), row.group.ideal_is_bound())
}

fn measured(row: &AgainstPublished<'_>) -> Cell {
    match row.group.makespans() {
        Some(s) if s.len() > 1 => Cell::SecondsAround(s.median(), (s.max() - s.min()) / 2.0),
        _ => seconds(row, Sample::median),
    }
}

fn efficiency(row: &AgainstPublished<'_>) -> Cell {
    Cell::maybe(row.group.median(Trial::efficiency), Cell::Share)
}

fn times_faster(row: &AgainstPublished<'_>) -> Cell {
    Cell::maybe(row.published.times_faster(&row.group), Cell::Times)
}

fn status(row: &AgainstPublished<'_>) -> Cell {
    Cell::Text(match row.group.status() {
        Status::Ok => Status::Ok.to_string(),
        status => format!(
            "{status}: {}",
            row.group.error().unwrap_or("no reason recorded")
        ),
    })
}

fn seconds(row: &AgainstPublished<'_>, of: fn(&Sample) -> f64) -> Cell {
    Cell::maybe(row.group.makespans(), |makespans| {
        Cell::Seconds(of(&makespans))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{fixtures, published};
    use crate::report::{Format, Style, written, written_on};

    fn hard_cases() -> Vec<Trial> {
        let mut bound = fixtures::trial("io-mpmt-4x8", (2.2, 1.7));
        bound.ideal_is_bound = true;
        let mut scaled = fixtures::trial("io-mt-1x16", (0.64, 0.64));
        scaled.time_scale = 0.02;
        let mut trials = fixtures::repeated(&fixtures::nine()[..2], 3);
        trials.extend([bound, scaled]);
        trials.push(fixtures::failed("io-mp-32x1", "no worker answered\nin 5 s"));
        trials.push(fixtures::failed("io-mpmt-3x3", "worker 2 died"));
        trials
    }

    #[test]
    fn the_published_table_is_reproduced() {
        let report = comparison(&fixtures::nine(), &published());
        insta::assert_snapshot!(written(&report, Format::Table), @"
        configuration   published     ideal   measured   efficiency   faster than published
        ───────────────────────────────────────────────────────────────────────────────────
        io-mp-32x1           17 s   16.00 s    16.03 s       99.8 %                   1.06×
        io-mpmt-32x16      1.35 s   1.000 s    1.052 s       95.0 %                   1.28×
        io-mpmt-8x16        4.1 s   4.000 s    4.040 s       99.0 %                   1.01×
        io-mpmt-2x16      16.11 s   16.00 s    16.05 s       99.7 %                   1.00×
        io-mt-1x16         32.2 s   32.00 s    32.08 s       99.8 %                   1.00×
        cpu-mp-2x1        16.62 s   0.121 s    0.131 s       92.3 %                    127×
        cpu-mpmt-2x16     15.05 s   0.121 s    0.133 s       91.3 %                    113×
        cpu-mp-4x1         15.1 s   0.121 s    0.140 s       86.2 %                    108×
        cpu-mpmt-8x16     13.84 s   0.121 s    0.150 s       80.8 %                   92.1×
        ");
        insta::assert_snapshot!(written(&report, Format::Markdown), @"
        | configuration | published | ideal | measured | efficiency | faster than published |
        | --- | ---: | ---: | ---: | ---: | ---: |
        | io-mp-32x1 | 17 s | 16.00 s | 16.03 s | 99.8 % | 1.06× |
        | io-mpmt-32x16 | 1.35 s | 1.000 s | 1.052 s | 95.0 % | 1.28× |
        | io-mpmt-8x16 | 4.1 s | 4.000 s | 4.040 s | 99.0 % | 1.01× |
        | io-mpmt-2x16 | 16.11 s | 16.00 s | 16.05 s | 99.7 % | 1.00× |
        | io-mt-1x16 | 32.2 s | 32.00 s | 32.08 s | 99.8 % | 1.00× |
        | cpu-mp-2x1 | 16.62 s | 0.121 s | 0.131 s | 92.3 % | 127× |
        | cpu-mpmt-2x16 | 15.05 s | 0.121 s | 0.133 s | 91.3 % | 113× |
        | cpu-mp-4x1 | 15.1 s | 0.121 s | 0.140 s | 86.2 % | 108× |
        | cpu-mpmt-8x16 | 13.84 s | 0.121 s | 0.150 s | 80.8 % | 92.1× |
        ");
    }

    #[test]
    fn repeats_bounds_scaled_waits_and_failures_are_told() {
        let report = comparison(&hard_cases(), &published());
        insta::assert_snapshot!(written(&report, Format::Table), @"
        configuration        published       ideal          measured   failed   efficiency   faster than published   status
        ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        io-mp-32x1                17 s     16.00 s    17.31 ± 1.28 s   1 of 4       92.4 %                   0.98×   failed: no worker answered in 5 s
        io-mpmt-32x16           1.35 s     1.000 s   1.136 ± 0.084 s   0 of 3       88.0 %                   1.19×   ok
        io-mpmt-4x8                      ≥ 1.700 s           2.200 s   0 of 1       77.3 %                           ok
        io-mt-1x16      (waits × 0.02)     0.640 s           0.640 s   0 of 1      100.0 %                           ok
        io-mpmt-3x3                        1.000 s                     1 of 1                                        failed: worker 2 died
        ");
        insta::assert_snapshot!(written(&report, Format::Csv), @r#"
        configuration,experiment,label,workload,runtime,processes,threads,batch,executor,dispatch,spawn,runs,failed,makespan_median_s,makespan_low_s,makespan_high_s,makespan_min_s,makespan_max_s,published_s,run_again_s,ideal_s,ideal_is_bound,efficiency,times_faster_than_published,status,error
        io-mp-32x1,test,io-mp-32x1,io,native,32,1,16,spawn,barrier,lazy,4,1,17.3124,,,16.03,18.5948,17.0,16.37,16.0,false,0.924193064,0.98195513,failed,"no worker answered
        in 5 s"
        io-mpmt-32x16,test,io-mpmt-32x16,io,native,32,16,16,spawn,barrier,lazy,3,0,1.136268,,,1.0521,1.220436,1.35,1.4,1.0,false,0.880074067,1.18809999,ok,
        io-mpmt-4x8,test,io-mpmt-4x8,io,native,4,8,16,spawn,barrier,lazy,1,0,2.2,,,2.2,2.2,,,1.7,true,0.772727273,,ok,
        io-mt-1x16,test,io-mt-1x16,io,native,1,16,16,spawn,barrier,lazy,1,0,0.64,,,0.64,0.64,,,0.64,false,1.0,,ok,
        io-mpmt-3x3,test,io-mpmt-3x3,io,native,3,3,16,spawn,barrier,lazy,1,1,,,,,,,,1.0,false,,,failed,worker 2 died
        "#);
    }

    #[test]
    fn that_no_run_failed_stands_beside_each_median() {
        let trials = fixtures::repeated(&fixtures::nine()[..2], 3);
        let report = comparison(&trials, &[]);
        insta::assert_snapshot!(written(&report, Format::Table), @"
        configuration     ideal          measured   failed   efficiency
        ───────────────────────────────────────────────────────────────
        io-mp-32x1      16.00 s    17.31 ± 1.28 s   0 of 3       92.4 %
        io-mpmt-32x16   1.000 s   1.136 ± 0.084 s   0 of 3       88.0 %
        ");
    }

    #[test]
    fn a_terminal_gets_bars_where_there_is_room_and_else_the_table_alone() {
        let report = comparison(&hard_cases()[..7], &published());
        let on = |width| Style {
            width: Some(width),
            colour: false,
        };
        let wide = written_on(&report, Format::Table, on(120));
        insta::assert_snapshot!(wide, @"
        configuration   published       ideal          measured   0 to 17.31 s       failed   efficiency   faster than published
        ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        io-mp-32x1           17 s     16.00 s    17.31 ± 1.28 s   ████████████████   0 of 3       92.4 %                   0.98×
        io-mpmt-32x16      1.35 s     1.000 s   1.136 ± 0.084 s   █                  0 of 3       88.0 %                   1.19×
        io-mpmt-4x8                 ≥ 1.700 s           2.200 s   ██                 0 of 1       77.3 %
        ");
        let narrow = written_on(&report, Format::Table, on(60));
        assert_eq!(narrow, written(&report, Format::Table));
        let markdown = written_on(&report, Format::Markdown, on(120));
        assert_eq!(markdown, written(&report, Format::Markdown));
    }

    #[test]
    fn a_grid_has_a_map_below_the_table_of_a_terminal() {
        let grid = [(1, 1, 4.0), (1, 4, 1.0), (2, 1, 2.0), (2, 4, 0.5)];
        let trials = grid.map(|(processes, threads, makespan_s)| {
            fixtures::trial(&format!("io-mpmt-{processes}x{threads}"), (makespan_s, 0.5))
        });
        let style = Style {
            width: Some(70),
            colour: false,
        };
        let report = comparison(&trials, &[]);
        insta::assert_snapshot!(written_on(&report, Format::Table, style), @"
        configuration     ideal   measured   0 to 4.000 s           efficiency
        ──────────────────────────────────────────────────────────────────────
        io-mpmt-1x1     0.500 s    4.000 s   ████████████████████       12.5 %
        io-mpmt-1x4     0.500 s    1.000 s   █████                      50.0 %
        io-mpmt-2x1     0.500 s    2.000 s   ██████████                 25.0 %
        io-mpmt-2x4     0.500 s    0.500 s   ██▌                       100.0 %

        test: io work, 512 commands, waits of 1 s, total 512
        Makespan in ms (native, spawn, barrier, batches of 16)
        * fastest
        processes  threads
                      1     4
                1  4000  1000
                2  2000   500*
        ");
    }

    #[test]
    fn json_values_are_typed() {
        let report = comparison(&hard_cases()[..3], &published());
        insta::assert_snapshot!(written(&report, Format::Json), @r#"
        [
          {
            "configuration": "io-mp-32x1",
            "experiment": "test",
            "label": "io-mp-32x1",
            "workload": "io",
            "runtime": "native",
            "processes": 32,
            "threads": 1,
            "batch": 16,
            "executor": "spawn",
            "dispatch": "barrier",
            "spawn": "lazy",
            "runs": 3,
            "failed": 0,
            "makespan_median_s": 17.3124,
            "makespan_low_s": null,
            "makespan_high_s": null,
            "makespan_min_s": 16.03,
            "makespan_max_s": 18.5948,
            "published_s": 17.0,
            "run_again_s": 16.37,
            "ideal_s": 16.0,
            "ideal_is_bound": false,
            "efficiency": 0.924193064,
            "times_faster_than_published": 0.98195513,
            "status": "ok",
            "error": null
          }
        ]
        "#);
    }
}
