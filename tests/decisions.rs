//! Decisions held to simulation: of made surfaces, whose best configuration is known, what is decided
//! is right, what can be decided is, and the search finds it for a part of what a grid takes. All
//! seeds are fixed.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

use std::f64::consts::TAU;

use mpmt::harness::tune::{Search, Space};
use mpmt::model::Shape;
use mpmt::stats::{Bootstrap, Choice, Contender, Cost, Sample, Selection};

const WITHIN: f64 = 0.05;

/// How long a configuration takes without noise.
#[derive(Clone, Copy, Debug)]
enum Surface {
    /// The Universal Scalability Law along both axes, and what starting a process takes.
    Scalability {
        work_s: f64,
        /// Contention and coherency over processes.
        processes: (f64, f64),
        /// The same over threads.
        threads: (f64, f64),
        start_s: f64,
    },
    /// Waits under a barrier: batches in waves over the processes, commands in waves over the threads.
    Waves {
        batches: u32,
        batch: u32,
        wait_s: f64,
        start_s: f64,
        thread_s: f64,
    },
}

impl Surface {
    fn draw(rng: &mut fastrand::Rng) -> Surface {
        if rng.bool() {
            Surface::Scalability {
                work_s: 1.0 + 9.0 * rng.f64(),
                processes: (0.3 * rng.f64().powi(2), 10_f64.powf(-5.0 + 3.0 * rng.f64())),
                threads: (rng.f64(), 10_f64.powf(-4.0 + 3.0 * rng.f64())),
                start_s: 0.002 * rng.f64(),
            }
        } else {
            Surface::Waves {
                batches: rng.u32(8..=64),
                batch: rng.u32(4..=32),
                wait_s: 0.01 + 0.1 * rng.f64(),
                start_s: 0.003 * rng.f64(),
                thread_s: 0.0002 * rng.f64(),
            }
        }
    }

    fn seconds(&self, shape: Shape) -> f64 {
        let (n, m) = (f64::from(shape.processes), f64::from(shape.threads));
        match *self {
            Surface::Scalability {
                work_s,
                processes,
                threads,
                start_s,
            } => {
                let capacity = |n: f64, (contention, coherency): (f64, f64)| {
                    n / (1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0))
                };
                work_s / capacity(n, processes) / capacity(m, threads) + start_s * n
            }
            Surface::Waves {
                batches,
                batch,
                wait_s,
                start_s,
                thread_s,
            } => {
                let waves = batches.div_ceil(shape.processes) * batch.div_ceil(shape.threads);
                f64::from(waves) * wait_s + start_s * n + thread_s * n * m
            }
        }
    }
}

/// From 1 to 20 %, small ones as often as large ones.
fn noise(rng: &mut fastrand::Rng) -> f64 {
    0.01 * 20_f64.powf(rng.f64())
}

/// One run: log-normal noise, and one in 33 is disturbed and takes up to three times as long.
fn run(rng: &mut fastrand::Rng, seconds: f64, noise: f64) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    let normal = radius * (TAU * rng.f64()).cos();
    let disturbed = if rng.f64() < 0.03 {
        1.0 + 2.0 * rng.f64()
    } else {
        1.0
    };
    seconds * (noise * normal).exp() * disturbed
}

/// Memory in proportion to the processes.
fn cost(shape: Shape) -> f64 {
    1000.0 * f64::from(shape.processes)
}

/// 1 to 64 processes of 1 to 64 threads, by powers of two.
fn grid() -> Vec<Shape> {
    let powers = || (0..7).map(|power| 1 << power);
    powers()
        .flat_map(|processes| powers().map(move |threads| Shape::new(processes, threads)))
        .collect()
}

#[test]
fn what_is_decided_is_right_and_what_is_clear_is_decided() {
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut decided, mut right, mut clear, mut clear_decided) = (0, 0, 0, 0);
    for seed in 0..2_000 {
        let (surface, noise) = (Surface::draw(&mut rng), noise(&mut rng));
        let mut shapes = grid();
        rng.shuffle(&mut shapes);
        shapes.truncate(rng.usize(12..=36));
        let truth: Vec<f64> = shapes.iter().map(|&shape| surface.seconds(shape)).collect();
        let contenders: Vec<Contender> = (shapes.iter().zip(&truth))
            .map(|(&shape, &seconds)| Contender {
                sample: Sample::new((0..6).map(|_| run(&mut rng, seconds, noise)).collect()).ok(),
                cost: Cost {
                    main: cost(shape),
                    then: [shape.processes, shape.threads],
                },
                may_be_taken: true,
            })
            .collect();
        let selection = Selection {
            within: WITHIN,
            noise: 0.05,
            bootstrap: Bootstrap {
                resamples: 400,
                ..Bootstrap::seeded(seed)
            },
        };
        let pick = Choice::of(&contenders, &selection).pick();
        let mut sorted = truth.clone();
        sorted.sort_by(f64::total_cmp);
        let is_clear = sorted[1] / sorted[0] - 1.0 > 3.0 * noise;
        clear += u32::from(is_clear);
        clear_decided += u32::from(is_clear && pick.is_some());
        decided += u32::from(pick.is_some());
        right += u32::from(pick.is_some_and(|pick| truth[pick] <= sorted[0] * (1.0 + WITHIN)));
    }
    println!("decided {decided} of 2000, right {right}; clear {clear}, decided {clear_decided}");
    assert!(right * 100 >= decided * 95, "{right} of {decided}");
    assert!(
        clear_decided * 100 >= clear * 95,
        "{clear_decided} of {clear}"
    );
    assert!(clear > 400, "{clear}");
}

#[test]
fn the_search_finds_a_good_configuration_for_a_quarter_of_the_grid() {
    const SURFACES: usize = 200;
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut good, mut parts) = (0, Vec::new());
    for _ in 0..SURFACES {
        let (surface, noise) = (Surface::draw(&mut rng), noise(&mut rng));
        let seconds = |shape: &Shape| surface.seconds(*shape);
        let best = grid().iter().map(seconds).fold(f64::INFINITY, f64::min);
        let whole: f64 = 6.0 * grid().iter().map(seconds).sum::<f64>();
        let mut search = Search::new(Space {
            cores: 2,
            most: Shape::new(64, 64),
            within: WITHIN,
            noise: 0.05,
            most_runs: 40,
        });
        let mut spent = 0.0;
        // A search that goes on for ever would fail by its costs.
        while let Some(shape) = search.propose().filter(|_| spent < whole) {
            let seconds = run(&mut rng, surface.seconds(shape), noise);
            spent += seconds;
            search.learn(shape, seconds, cost(shape));
        }
        let pick = search.standing().pick().unwrap();
        good += usize::from(surface.seconds(pick) <= best * (1.0 + WITHIN));
        parts.push(spent / whole);
    }
    parts.sort_by(f64::total_cmp);
    let median = parts[SURFACES / 2];
    println!(
        "good {good} of {SURFACES}; {:.1} % of the grid",
        100.0 * median
    );
    assert!(good * 100 >= SURFACES * 95, "{good} of {SURFACES}");
    assert!(median <= 0.25, "{median}");
}
