//! The runs of one configuration, measure by measure.

use super::columns::{Asked, Timed, asked_columns, timed_columns};
use super::table::Filled;
use super::{Cell, Column, Report, Table};
use crate::record::{RunGroup, Status, Trial};
use crate::stats::{Bootstrap, Sample};

/// The runs of one configuration: for people a line for each measure, for programs a row for each
/// run.
pub fn trial_summary(trials: &[Trial]) -> Report {
    Report {
        for_people: for_people(trials),
        for_programs: for_programs(trials).into(),
        ..Report::default()
    }
}

/// One figure of a trial.
struct Measure {
    /// For people.
    title: &'static str,
    /// For programs, with the unit.
    name: &'static str,
    cell: fn(&Trial) -> Cell,
    /// Whether it counts what should not be, which people see only where it is not zero.
    is_trouble: bool,
}

const fn measure(title: &'static str, name: &'static str, cell: fn(&Trial) -> Cell) -> Measure {
    Measure {
        title,
        name,
        cell,
        is_trouble: false,
    }
}

const fn trouble(title: &'static str, name: &'static str, cell: fn(&Trial) -> Cell) -> Measure {
    Measure {
        is_trouble: true,
        ..measure(title, name, cell)
    }
}

const MEASURES: &[Measure] = &[
    measure("makespan", "makespan_s", |t| {
        Cell::maybe(t.makespan_s, Cell::Seconds)
    }),
    measure("ideal", "ideal_s", |t| {
        Cell::ideal(t.ideal_s, t.ideal_is_bound)
    }),
    measure("loops of a command", "loop_s", |t| {
        Cell::maybe(t.loop_s, Cell::Seconds)
    }),
    measure("capacity, cores", "capacity_cores", |t| {
        Cell::maybe(t.capacity_cores, Cell::Cores)
    }),
    measure("efficiency", "efficiency", |t| {
        Cell::maybe(t.efficiency(), Cell::Share)
    }),
    measure("commands", "throughput_per_s", |t| {
        Cell::maybe(t.throughput_per_s, Cell::Rate)
    }),
    measure("batches due", "rate_per_s", |t| {
        Cell::maybe(t.rate_per_s, Cell::Rate)
    }),
    measure("batches achieved", "achieved_rate_per_s", |t| {
        Cell::maybe(t.achieved_rate_per_s, Cell::Rate)
    }),
    measure("server start", "startup_s", |t| {
        Cell::maybe(t.startup_s, Cell::Seconds)
    }),
    measure("first result", "first_result_s", |t| {
        Cell::maybe(t.first_result_s, Cell::Seconds)
    }),
    measure("batch latency, median", "latency_p50_s", |t| {
        Cell::maybe(t.latency_p50_s, Cell::Seconds)
    }),
    measure("batch latency, 99 %", "latency_p99_s", |t| {
        Cell::maybe(t.latency_p99_s, Cell::Seconds)
    }),
    measure("batch latency, longest", "latency_max_s", |t| {
        Cell::maybe(t.latency_max_s, Cell::Seconds)
    }),
    measure("total", "responses_sum", |t| {
        Cell::maybe(t.responses_sum, Cell::Sum)
    }),
    measure("results", "results", |t| {
        Cell::maybe(t.results, Cell::Count)
    }),
    trouble("retried batches", "retried", |t| {
        Cell::maybe(t.retried, Cell::Count)
    }),
    trouble("duplicate results", "duplicates", |t| {
        Cell::maybe(t.duplicates, Cell::Count)
    }),
    trouble("lost batches", "lost", |t| Cell::maybe(t.lost, Cell::Count)),
    trouble("unknown commands", "unknown_commands", |t| {
        Cell::maybe(t.unknown_commands, Cell::Count)
    }),
    measure("CPU, user", "cpu_user_s", |t| {
        Cell::maybe(t.cpu_user_s, Cell::Seconds)
    }),
    measure("CPU, system", "cpu_system_s", |t| {
        Cell::maybe(t.cpu_system_s, Cell::Seconds)
    }),
    measure("voluntary switches", "voluntary_switches", |t| {
        Cell::maybe(t.voluntary_switches, Cell::Count)
    }),
    measure("involuntary switches", "involuntary_switches", |t| {
        Cell::maybe(t.involuntary_switches, Cell::Count)
    }),
    measure("peak memory (RSS)", "peak_rss_kib", |t| {
        Cell::maybe(t.peak_rss_kib, Cell::Kibibytes)
    }),
    measure("memory (PSS)", "peak_pss_kib", |t| {
        Cell::maybe(t.peak_pss_kib, Cell::Kibibytes)
    }),
    measure("threads", "peak_threads", |t| {
        Cell::maybe(t.peak_threads, Cell::Count)
    }),
    trouble("interpreter lock switches", "lock_switches", |t| {
        Cell::maybe(t.lock_switches, Cell::Count)
    }),
];

impl Measure {
    fn is_shown(&self, trials: &[&Trial]) -> bool {
        let numbers = trials.iter().map(|trial| (self.cell)(trial).number());
        numbers
            .flatten()
            .any(|number| !self.is_trouble || number != 0.0)
    }

    /// One cell of one run; median, smallest and largest of several.
    fn cells(&self, trials: &[&Trial]) -> Vec<Cell> {
        let cells: Vec<Cell> = trials.iter().map(|trial| (self.cell)(trial)).collect();
        if cells.len() <= 1 {
            return cells;
        }
        let known = cells.iter().find(|cell| cell.number().is_some());
        let numbers = Sample::new(cells.iter().filter_map(Cell::number).collect());
        match (known, numbers) {
            (Some(kind), Ok(numbers)) => [numbers.median(), numbers.min(), numbers.max()]
                .map(|number| kind.with_number(number))
                .to_vec(),
            _ => vec![Cell::Empty; 3],
        }
    }
}

/// Of several runs the good ones are summed up, or all of them when none is.
fn for_people(trials: &[Trial]) -> Table {
    let name = trials.first().map_or(String::new(), Trial::name);
    let Some(group) = RunGroup::of(name, trials.iter().collect()) else {
        return Table::default();
    };
    let counted = match group.good() {
        [] => group.runs(),
        good => good,
    };
    let heads: &[&str] = match counted.len() {
        1 => &["value"],
        _ => &["median", "min", "max"],
    };
    let mut rows = troubles(&group, heads.len());
    for measure in MEASURES.iter().filter(|measure| measure.is_shown(counted)) {
        let mut row = vec![Cell::Text(measure.title.to_owned())];
        row.extend(measure.cells(counted));
        rows.push(row);
    }
    let mut columns = vec![Column::left(group.name)];
    columns.extend(heads.iter().map(|head| Column::right(*head)));
    Table { columns, rows }
}

/// What went wrong, before any figure. How many of several runs failed stands above their medians
/// even when none did.
fn troubles(group: &RunGroup<'_>, values: usize) -> Vec<Vec<Cell>> {
    let runs = group.runs();
    let bad = runs.iter().filter(|trial| trial.status != Status::Ok);
    let reasons = bad.map(|trial| reason(trial, runs.len()));
    let count = (runs.len() > 1).then(|| format!("{} runs failed", group.failed()));
    let row = |line| {
        let mut row = vec![Cell::Text(line)];
        row.resize(1 + values, Cell::Empty);
        row
    };
    count.into_iter().chain(reasons).map(row).collect()
}

/// Why a run is not `ok`, short enough for the first column; records have all of it.
fn reason(trial: &Trial, runs: usize) -> String {
    const LETTERS: usize = 72;
    let reason = trial.error.as_deref().unwrap_or("no reason recorded");
    let line = match runs {
        1 => format!("{}: {reason}", trial.status),
        _ => format!("run {} {}: {reason}", trial.run, trial.status),
    };
    match line.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A row for each run, with what all runs took together.
fn for_programs(trials: &[Trial]) -> Table {
    let name = trials.first().map_or(String::new(), Trial::name);
    let asked: Vec<Asked> = trials.iter().map(|t| Asked::of(&name, t)).collect();
    let timed = RunGroup::of(name, trials.iter().collect())
        .map(|group| Timed::of(&group, &Bootstrap::seeded(1)));
    let timed = vec![timed.unwrap_or_default(); trials.len()];
    let mut columns: Vec<Filled<Trial>> = vec![
        (Column::left("interpreter"), |t| {
            Cell::maybe(t.interpreter.clone(), Cell::Text)
        }),
        (Column::left("gil_enabled"), |t| {
            Cell::maybe(t.gil_enabled, Cell::Flag)
        }),
        (Column::right("run"), |t| Cell::Count(t.run.into())),
        (Column::left("status"), |t| Cell::Text(t.status.to_string())),
        (Column::left("error"), |t| {
            Cell::maybe(t.error.clone(), Cell::Text)
        }),
        (Column::left("ideal_is_bound"), |t| {
            Cell::Flag(t.ideal_is_bound)
        }),
        (Column::right("expected_sum"), |t| Cell::Sum(t.expected_sum)),
    ];
    let measures = MEASURES.iter();
    columns.extend(measures.map(|measure| (Column::right(measure.name), measure.cell)));
    asked_columns(&asked)
        .beside(timed_columns("", &timed))
        .beside(Table::of(trials, columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;
    use crate::report::{Format, written};

    #[test]
    fn one_run_is_a_list_of_measures() {
        let report = trial_summary(&[fixtures::trial("io-mpmt-32x16", (1.0521, 1.0))]);
        insta::assert_snapshot!(written(&report, Format::Table), @"
        io-mpmt-32x16            value
        ──────────────────────────────
        makespan               1.052 s
        ideal                  1.000 s
        efficiency              95.0 %
        commands               486.6/s
        server start           12.3 ms
        first result           1.006 s
        total                      512
        results                     32
        CPU, user              0.250 s
        CPU, system            0.125 s
        voluntary switches        1234
        involuntary switches        56
        peak memory (RSS)      3.2 MiB
        ");
    }

    #[test]
    fn several_runs_show_median_and_ends_and_what_went_wrong() {
        let mut trials = fixtures::repeated(&[fixtures::trial("io-mpmt-32x16", (1.0521, 1.0))], 3);
        trials[1].retried = Some(2);
        trials.push(Trial {
            run: 4,
            ..fixtures::failed("io-mpmt-32x16", "no result for 30 s")
        });
        let report = trial_summary(&trials);
        insta::assert_snapshot!(written(&report, Format::Table), @"
        io-mpmt-32x16                       median       min       max
        ──────────────────────────────────────────────────────────────
        1 of 4 runs failed
        run 4 failed: no result for 30 s
        makespan                           1.136 s   1.052 s   1.220 s
        ideal                              1.000 s   1.000 s   1.000 s
        efficiency                          88.0 %    81.9 %    95.0 %
        commands                           450.6/s   419.5/s   486.6/s
        server start                       12.3 ms   12.3 ms   12.3 ms
        first result                       1.006 s   1.006 s   1.006 s
        total                                  512       512       512
        results                                 32        32        32
        retried batches                          0         0         2
        CPU, user                          0.250 s   0.250 s   0.250 s
        CPU, system                        0.125 s   0.125 s   0.125 s
        voluntary switches                    1234      1234      1234
        involuntary switches                    56        56        56
        peak memory (RSS)                  3.2 MiB   3.2 MiB   3.2 MiB
        ");
        insta::assert_snapshot!(written(&report, Format::Csv), @"
        configuration,experiment,label,workload,runtime,processes,threads,batch,executor,dispatch,spawn,runs,failed,makespan_median_s,makespan_low_s,makespan_high_s,interpreter,gil_enabled,run,status,error,ideal_is_bound,expected_sum,makespan_s,ideal_s,loop_s,capacity_cores,efficiency,throughput_per_s,rate_per_s,achieved_rate_per_s,startup_s,first_result_s,latency_p50_s,latency_p99_s,latency_max_s,responses_sum,results,retried,duplicates,lost,unknown_commands,cpu_user_s,cpu_system_s,voluntary_switches,involuntary_switches,peak_rss_kib,peak_pss_kib,peak_threads,lock_switches
        io-mpmt-32x16,test,io-mpmt-32x16,io,native,32,16,16,spawn,barrier,lazy,4,1,1.136268,,,,,1,ok,,false,512,1.0521,1.0,,,0.950479992,486.645756107,,,0.0123,1.0056,,,,512,32,0,0,0,0,0.25,0.125,1234,56,3277,,,
        io-mpmt-32x16,test,io-mpmt-32x16,io,native,32,16,16,spawn,barrier,lazy,4,1,1.136268,,,,,2,ok,,false,512,1.136268,1.0,,,0.880074067,450.597922321,,,0.0123,1.0056,,,,512,32,2,0,0,0,0.25,0.125,1234,56,3277,,,
        io-mpmt-32x16,test,io-mpmt-32x16,io,native,32,16,16,spawn,barrier,lazy,4,1,1.136268,,,,,3,ok,,false,512,1.220436,1.0,,,0.819379304,419.52220354,,,0.0123,1.0056,,,,512,32,0,0,0,0,0.25,0.125,1234,56,3277,,,
        io-mpmt-32x16,test,io-mpmt-32x16,io,native,32,16,16,spawn,barrier,lazy,4,1,1.136268,,,,,4,failed,no result for 30 s,false,512,,1.0,,,,,,,0.0123,,,,,512,32,0,0,0,0,0.25,0.125,1234,56,3277,,,
        ");
    }

    #[test]
    fn that_no_run_failed_stands_above_the_medians() {
        let trials = fixtures::repeated(&[fixtures::trial("io-mpmt-32x16", (1.0521, 1.0))], 3);
        let table = written(&trial_summary(&trials), Format::Table);
        assert!(
            table
                .lines()
                .nth(2)
                .unwrap()
                .starts_with("0 of 3 runs failed"),
            "{table}"
        );
    }

    #[test]
    fn a_failed_run_says_why() {
        let report = trial_summary(&[fixtures::failed("io-mpmt-32x16", "no result for 30 s")]);
        insta::assert_snapshot!(written(&report, Format::Markdown), @"
        | io-mpmt-32x16 | value |
        | --- | ---: |
        | failed: no result for 30 s |  |
        | ideal | 1.000 s |
        | server start | 12.3 ms |
        | total | 512 |
        | results | 32 |
        | CPU, user | 0.250 s |
        | CPU, system | 0.125 s |
        | voluntary switches | 1234 |
        | involuntary switches | 56 |
        | peak memory (RSS) | 3.2 MiB |
        ");
    }

    #[test]
    fn nothing_is_summed_up_of_no_runs() {
        assert!(trial_summary(&[]).for_people.rows.is_empty());
        assert!(trial_summary(&[]).for_programs.rows.rows.is_empty());
    }
}
