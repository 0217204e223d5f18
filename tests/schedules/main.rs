//! The dispatcher and the ledger under random schedules of everything that can happen between
//! them: messages that are delivered late, out of order, twice or never, workers that die, hang
//! or are poisoned by a batch, a server that is restarted, clients that vanish. No socket, clock
//! or process: the world below holds what is under way, and a schedule decides what happens next.

#![allow(clippy::unwrap_used)]

mod worker;
mod world;

use std::time::Duration;

use mpmt::model::Dispatch;
use mpmt::server::Dispatcher;
use mpmt::wire::worker::ToWorker;
use proptest::prelude::*;
use world::{Action, Actions, World, limits};

const WINDOW: u64 = 5;

/// The sum that a batch must have.
fn sum_of(sequence: u64) -> i64 {
    sequence as i64 * 7 + 1
}

fn check_end(world: &World) {
    for client in world.clients.iter().filter(|client| client.alive) {
        assert_eq!(
            client.outcomes.len() as u64,
            client.total,
            "every batch has an outcome"
        );
        let answered = client
            .outcomes
            .iter()
            .filter(|(_, how)| **how == "answered");
        let expected: i64 = answered.map(|(&sequence, _)| sum_of(sequence)).sum();
        assert_eq!(
            client.ledger.sum(),
            i128::from(expected),
            "the total is of just what was answered"
        );
        if let Some(poison) = client.poison.filter(|&poison| poison < client.total) {
            assert_eq!(client.outcomes[&poison], "failed", "poison is given up");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_batch_is_answered_or_failed_exactly_once(
        max_workers in 1_u32..4,
        pipelined: bool,
        clients in prop::collection::vec((0_u64..12, prop::option::weighted(0.2, 0_u64..12)), 1..4),
        schedule in prop::collection::vec(any::<(u8, u8, u8)>(), 0..400),
    ) {
        let dispatch = if pipelined { Dispatch::Pipelined } else { Dispatch::Barrier };
        let mut world = World::new(max_workers, dispatch, &clients);
        schedule.into_iter().for_each(|step| world.step(step));
        world.finish();
        check_end(&world);
    }
}

#[test]
fn without_faults_nothing_is_done_twice() {
    let mut world = World::new(3, Dispatch::Barrier, &[(40, None), (3, None)]);
    world.finish();
    check_end(&world);
    assert_eq!(world.dispatcher.counts().retried, 0);
    assert!(
        world
            .clients
            .iter()
            .all(|client| client.ledger.duplicates() == 0)
    );
}

#[test]
fn a_schedule_that_once_left_a_batch_behind_comes_to_its_end() {
    let mut world = World::new(3, Dispatch::Barrier, &[(0, None), (2, None), (2, None)]);
    [2, 1, 2].into_iter().for_each(|client| world.send(client));
    [1, 2]
        .into_iter()
        .for_each(|client| world.deliver_batch(client, 0, false));
    let worker = *world.workers.keys().next().unwrap();
    world.work(worker);
    world.deliver_batch(2, 0, false);
    [0, 1].into_iter().for_each(|client| world.send(client));
    world.deliver_batch(1, 0, false);
    world.kill_client(2);
    [31, 29]
        .into_iter()
        .for_each(|seconds| world.pass_time(seconds));
    world.finish();
    check_end(&world);
}

#[test]
fn a_batch_that_comes_while_all_workers_are_leaving_is_not_forgotten() {
    let mut world = World::new(
        3,
        Dispatch::Barrier,
        &[(1, None), (1, None), (1, None), (3, None)],
    );
    // Three workers, all idle: their clients have left.
    for client in [1, 2, 3] {
        world.send(client);
        world.deliver_batch(client, 0, false);
    }
    for worker in world.workers.keys().copied().collect::<Vec<_>>().repeat(3) {
        world.work(worker);
    }
    [1, 2, 3]
        .into_iter()
        .for_each(|client| world.kill_client(client));
    assert_eq!(world.workers.len(), 3);
    // They are sent home, and before they have gone somebody wants something.
    world.pass_time(30);
    world.flush();
    let orders = world.workers.values().map(|worker| worker.orders.back());
    let told_to_leave = |order: Option<&ToWorker>| matches!(order, Some(ToWorker::Stop));
    assert!(orders.into_iter().all(told_to_leave));
    world.send(0);
    world.deliver_batch(0, 0, false);
    assert_eq!(world.workers.len(), 3, "no more than the maximum");
    world.finish();
    check_end(&world);
}

#[test]
fn a_hello_that_comes_after_a_worker_was_discarded_does_not_bring_it_back() {
    let (mut dispatcher, mut actions) = (Dispatcher::new(limits(3)), Actions::default());
    dispatcher.start_workers(1, Duration::ZERO, &mut actions);
    let Some(Action::Start(worker)) = actions.done.pop() else {
        panic!("no worker was started")
    };
    dispatcher.drain(Duration::ZERO, &mut actions);
    dispatcher.ready(worker, Duration::ZERO, &mut actions);
    dispatcher.ended(worker, Duration::ZERO, &mut actions);
    assert_eq!(dispatcher.counts().workers_lost, 0);
}

#[test]
fn a_small_client_is_not_starved_by_a_large_one() {
    let mut world = World::new(3, Dispatch::Barrier, &[(3, None), (400, None), (400, None)]);
    let mut rounds = 0;
    while !world.clients[0].ledger.is_complete() {
        rounds += 1;
        assert!(rounds < 60, "the small client waits for the large ones");
        for client in [2, 1, 0] {
            (0..3).for_each(|_| world.send(client));
            (0..3).for_each(|_| world.deliver_batch(client, 0, false));
            (0..3).for_each(|_| world.deliver_result(client, 0, false));
            world.acknowledge(client);
            world.deliver_word(client);
        }
        for worker in world.workers.keys().copied().collect::<Vec<_>>() {
            world.work(worker);
        }
    }
}

#[test]
fn what_a_worker_has_not_announced_it_still_holds_whatever_its_units_say() {
    let mut world = World::new(1, Dispatch::Pipelined, &[(2, None), (2, None)]);
    // A batch of one command of the second client runs, and one of the first one waits.
    (0..2).for_each(|_| world.send(1));
    world.deliver_batch(1, 1, false);
    let worker = *world.workers.keys().next().unwrap();
    world.start(worker);
    world.flush();
    (0..2).for_each(|_| world.obey(worker));
    world.send(0);
    world.deliver_batch(0, 0, false);
    // Its command is counted and told before the batch is announced.
    world.finish_command(worker, 0);
    world.announce(worker, 0, true);
    world.collect(worker, 0);
    world.deliver_news(worker);
    world.flush();
    world.obey(worker);
    world.announce(worker, 0, false);
    world.collect(worker, 0);
    world.send_result(worker, 0);
    world.finish();
    check_end(&world);
    assert_eq!(world.dispatcher.counts().retried, 0);
}

#[test]
fn a_worker_whose_session_ends_before_its_batches_are_sent_is_of_use_to_the_next() {
    let mut world = World::new(1, Dispatch::Barrier, &[(2, None), (2, None)]);
    world.send(1);
    world.deliver_batch(1, 0, false);
    let worker = *world.workers.keys().next().unwrap();
    // It is given the batch, and its client leaves within the same turn of the server.
    world.start(worker);
    world.kill_client(1);
    world.go_on_until_done(100);
    check_end(&world);
    assert_eq!(world.dispatcher.counts().workers_lost, 0);
    assert_eq!(world.dispatcher.counts().retried, 0);
}
