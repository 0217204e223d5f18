//! An ideal is a lower bound of what can be measured, whatever else the machine does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::{Stage, rows};

/// Runs `body` beside a neighbour that takes a core, and leaves it, again and again.
fn beside_a_neighbour(body: impl FnOnce()) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let start = std::time::Instant::now();
                while start.elapsed() < Duration::from_millis(150) {
                    std::hint::black_box(0);
                }
                thread::sleep(Duration::from_millis(150));
            }
        });
        // The neighbour ends however the body does.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
        over.store(true, Ordering::Relaxed);
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[test]
fn beside_a_neighbour_that_comes_and_goes_nothing_beats_its_ideal() {
    let stage = Stage::with_512_commands(0.0);
    let commands = stage.read("commands.txt");
    let few: Vec<&str> = commands.lines().take(64).collect();
    stage.write("few.txt", &few.join("\n"));
    beside_a_neighbour(|| {
        let loops = [("native,gil", 300_000), ("python", 20_000)];
        for (runtimes, loops) in loops {
            let folder = runtimes.replace(',', "-");
            let line = format!(
                "sweep -w cpu --loops {loops} --runtime {runtimes} -p 1,2 -t 1,4 -r 1 \
                 --commands few.txt --table table.txt -o {folder}"
            );
            stage.run(&line).expect(0);
            // Each row by itself, as it was written, and with the fastest loops of all.
            let rows = rows(&stage.path(&format!("{folder}/trials.csv")));
            let figure = |row: &std::collections::HashMap<String, String>, name: &str| {
                row[name].parse::<f64>().unwrap()
            };
            let fastest = |runtime: &str| {
                let alike = rows.iter().filter(|row| row["runtime"] == runtime);
                alike.map(|row| figure(row, "loop_s")).reduce(f64::min)
            };
            for row in &rows {
                assert!(figure(row, "loop_s") > 0.0 && figure(row, "capacity_cores") > 0.0);
                let own = figure(row, "ideal_s") / figure(row, "makespan_s");
                assert!(own <= 1.02, "{own}: {row:?}");
                let all = own * fastest(&row["runtime"]).unwrap() / figure(row, "loop_s");
                assert!(all <= 1.02, "{all}: {row:?}");
                // Nor is it less than what all threads that may compute at once would take.
                let locked = row["runtime"] != "native";
                let threads = if locked { 1.0 } else { figure(row, "threads") };
                let at_once = figure(row, "processes") * threads;
                let whole = 64.0 * figure(row, "loop_s");
                let ideal = whole / at_once.min(figure(row, "capacity_cores"));
                assert!(figure(row, "ideal_s") > 0.99 * ideal, "{ideal}: {row:?}");
            }
        }
    });
    stage.assert_nothing_left();
}

#[test]
fn all_rows_of_a_folder_are_told_with_the_ideal_of_its_fastest_loops() {
    let stage = Stage::with_512_commands(0.0);
    let line = "sweep -w cpu --loops 200000 -p 1 -t 1 -r 3 --commands commands.txt \
                --table table.txt -o out";
    stage.run(line).expect(0);
    // The first row saw its loops take twice as long as they did.
    let text = stage.read("out/trials.csv");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().unwrap().clone();
    let mut rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let doubled = |(at, cell): (usize, &str)| match at {
        at if at == place("loop_s") || at == place("ideal_s") => {
            (2.0 * cell.parse::<f64>().unwrap()).to_string()
        }
        _ => cell.to_owned(),
    };
    rows[0] = rows[0].iter().enumerate().map(doubled).collect();
    let mut changed = csv::Writer::from_writer(Vec::new());
    changed.write_record(&header).unwrap();
    rows.iter()
        .for_each(|row| changed.write_record(row).unwrap());
    let changed = String::from_utf8(changed.into_inner().unwrap()).unwrap();
    stage.write("out/trials.csv", &changed);
    let loops = rows
        .iter()
        .map(|row| row[place("loop_s")].parse::<f64>().unwrap());
    let fastest = loops.reduce(f64::min).unwrap();
    let capacity: f64 = rows[0][place("capacity_cores")].parse().unwrap();
    let ideal = 512.0 * fastest / capacity.min(1.0);
    let done = stage.run("report out/trials.csv -o page.html");
    done.expect(0);
    let listed = stage.run("sweep --resume out --format json").expect(0);
    let told: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let told = told["rows"][0]["ideal_s"].as_f64().unwrap();
    assert!((told / ideal - 1.0).abs() < 1e-3, "{told} is not {ideal}");
    let kept = stage.read("out/trials.csv");
    assert_eq!(kept, changed, "rows on disk are never written again");
}
