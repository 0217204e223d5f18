//! What is planned of an experiment, in which order, and when it has enough.

use std::time::Duration;

use super::planner::Planner;
use super::run::in_given_order;
use super::{Experiment, SweepLimits};
use crate::clock;
use crate::harness::Planned;
use crate::model::Configuration;
use crate::record::{Status, Trial, fixtures, published};
use crate::spec::{Definition, Order, named};

fn experiment(runs: u32) -> Experiment {
    let definition = Definition::parse("published", named("published").unwrap().text).unwrap();
    Experiment::new("x", definition.configurations("published").unwrap(), runs)
}

/// The rows that the planned trials leave, `spread` apart.
fn rows(planned: &[Planned], spread: f64) -> Vec<Trial> {
    let row = |planned: &Planned| Trial {
        key: planned.key.clone(),
        run: planned.run,
        warmup: planned.warmup,
        block: planned.block,
        ..fixtures::trial(
            &planned.configuration.label,
            (1.0 + spread * f64::from(planned.run), 1.0),
        )
    };
    planned.iter().map(row).collect()
}

#[test]
fn the_published_file_is_the_published_table() {
    let rows = published();
    let rows: Vec<_> = rows.iter().filter(|row| row.kind == "published").collect();
    let configurations = experiment(1).configurations;
    assert_eq!(configurations.len(), rows.len());
    for (configuration, row) in configurations.iter().zip(rows) {
        let job = &configuration.job;
        assert_eq!(configuration.label, row.id);
        assert_eq!(job.workload.as_str(), row.workload);
        assert_eq!(job.executor.as_str(), row.executor);
        let shape = (configuration.processes, job.threads, configuration.batch);
        assert_eq!(shape, (row.processes, row.threads, row.batch));
    }
}

#[test]
fn every_repetition_is_a_block_of_all_configurations() {
    let plan = experiment(2).missing(&[]);
    assert_eq!(plan.len(), 18);
    assert_eq!(plan[9].configuration, plan[0].configuration);
    assert_eq!((plan[9].run, plan[9].block, plan[9].order), (2, 2, 10));
}

#[test]
fn warmups_come_first_and_count_for_themselves() {
    let experiment = Experiment {
        warmup: 1,
        ..experiment(2)
    };
    let plan = experiment.missing(&[]);
    assert_eq!(plan.len(), 27);
    let told = |i: usize| (plan[i].warmup, plan[i].run, plan[i].block, plan[i].order);
    assert_eq!(told(0), (true, 1, 1, 1));
    assert_eq!(told(9), (false, 1, 2, 10));
    assert_eq!(told(26), (false, 2, 3, 27));
    assert_ne!(plan[0].key, plan[9].key);
}

#[test]
fn a_configuration_with_fewer_runs_is_in_no_later_block() {
    let experiment = Experiment {
        warmup: 1,
        runs_of: vec![1, 2],
        ..experiment(3)
    };
    let plan = experiment.missing(&[]);
    let runs = |block| plan.iter().filter(|p| p.block == block).count();
    assert_eq!([1, 2, 3, 4].map(runs), [9, 9, 8, 7]);
    let orders: Vec<u32> = plan.iter().map(|planned| planned.order).collect();
    assert_eq!(orders, (1..=33).collect::<Vec<u32>>());
    assert_eq!(experiment.missing(&rows(&plan, 0.0)), []);
}

#[test]
fn a_shuffle_keeps_each_block_whole() {
    let experiment = Experiment {
        order: Order::Shuffled(3),
        ..experiment(5)
    };
    let plan = experiment.missing(&[]);
    assert_eq!(plan, experiment.missing(&[]));
    for block in plan.chunks(9) {
        let mut labels: Vec<_> = block.iter().map(|p| &p.configuration.label).collect();
        labels.sort();
        labels.dedup();
        assert_eq!(labels.len(), 9);
        assert!(block.iter().all(|p| p.block == block[0].block));
    }
    let first: Vec<_> = plan[..9].iter().map(|p| &p.configuration).collect();
    let second: Vec<_> = plan[9..18].iter().map(|p| &p.configuration).collect();
    assert_ne!(first, second);
}

#[test]
fn results_stand_where_the_configurations_do() {
    let experiment = Experiment {
        order: Order::Shuffled(3),
        ..experiment(2)
    };
    let rows = rows(&experiment.missing(&[]), 0.0);
    let sorted = in_given_order(&Planner::new(&experiment, &rows), rows.clone());
    let told: Vec<(&str, u32)> = sorted.iter().map(|t| (t.label.as_str(), t.run)).collect();
    let configurations = experiment.configurations.iter();
    let expected: Vec<(&str, u32)> = configurations
        .flat_map(|c| [(c.label.as_str(), 1), (c.label.as_str(), 2)])
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn what_has_a_row_is_not_missing() {
    let plan = experiment(2).missing(&[]);
    let done = rows(&plan[..7], 0.0);
    assert_eq!(experiment(2).missing(&done), plan[7..]);
}

#[test]
fn a_precision_goes_on_with_what_is_not_narrow_enough() {
    let experiment = Experiment {
        precision: Some(0.02),
        ..experiment(30)
    };
    let plan = experiment.missing(&[]);
    assert_eq!(plan.len(), 6 * 9, "what the first decision needs");
    let mut done = rows(&plan, 0.0);
    assert!(Planner::new(&experiment, &done).block(7, 55).is_empty());
    for row in done.iter_mut().filter(|row| row.label == "io-mp-32x1") {
        row.makespan_s = Some(f64::from(row.run));
    }
    let more = Planner::new(&experiment, &done).block(7, 55);
    assert_eq!(more.len(), 1);
    assert_eq!((more[0].run, more[0].order), (7, 55));
    assert_eq!(more[0].configuration.label, "io-mp-32x1");
    done.extend(rows(&more, 0.0));
    assert_eq!(
        Planner::new(&experiment, &done).block(7, 55),
        more,
        "its own rows change nothing"
    );
}

/// The CPU time that it takes to plan so many blocks of so many configurations of 100 rows each.
fn planning(configurations: u32, blocks: u32) -> Duration {
    let one = experiment(1).configurations[0].clone();
    let all = (1..=configurations).map(|processes| Configuration {
        processes,
        ..one.clone()
    });
    let mut experiment = Experiment::new("x", all.collect(), 100);
    let done = rows(&experiment.missing(&[]), 1.0);
    assert_eq!(done.len(), 100 * configurations as usize);
    experiment.precision = Some(0.02);
    let start = clock::thread_cpu();
    let mut planner = Planner::new(&experiment, &done);
    let mut order = 1;
    for block in 1..=blocks {
        let planned = planner.block(block, order);
        assert_eq!(planned.len(), configurations as usize, "wide intervals");
        order += planned.len() as u32;
        assert_eq!(planner.missing(planned).is_empty(), block < 101);
    }
    clock::thread_cpu() - start
}

#[test]
fn ten_thousand_rows_with_a_precision_are_planned_in_no_time() {
    let took = planning(100, 101);
    // Under a second when optimised. With one interval for each run it took minutes.
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn twice_the_rows_take_twice_the_time_to_plan() {
    // Without the last block, whose intervals take far more than all else, one for each
    // configuration. The least of some, for a neighbour takes the caches too.
    let least = |count| (0..3).map(|_| planning(count, 100)).min();
    let (once, twice) = (least(100).unwrap(), least(200).unwrap());
    assert!(twice < 3 * once, "{once:?} {twice:?}");
}

#[test]
fn a_configuration_that_always_fails_is_given_up() {
    let experiment = Experiment {
        precision: Some(0.02),
        ..experiment(30)
    };
    let mut done = rows(&experiment.missing(&[]), 1.0);
    for row in done.iter_mut().filter(|row| row.label == "cpu-mp-2x1") {
        row.status = Status::Failed;
    }
    assert_eq!(Planner::new(&experiment, &done).block(4, 1).len(), 8);
}

#[test]
fn a_budget_is_held_against_what_a_block_takes() {
    let plan = experiment(1).missing(&[]);
    let within = |seconds| {
        SweepLimits::new(false, Some(Duration::from_secs(seconds))).has_room_for(&plan, 1.0)
    };
    assert!(!within(0) && within(60) && SweepLimits::none().has_room_for(&plan, 1e9));
}
