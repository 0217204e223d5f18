use super::{Harness, HarnessError};
use crate::model::Configuration;
use crate::record::Trial;

/// A trial that is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The experiment's name.
    pub experiment: String,
    /// What is asked.
    pub configuration: Configuration,
    /// The repetition, from 1.
    pub run: u32,
    /// The block of the order, from 1.
    pub block: u32,
    /// The position in the order, from 1.
    pub order: u32,
}

/// Configurations, each run a number of times. Every repetition is a block of all configurations,
/// so that a machine that gets slower or faster does so for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: String,
    /// What is compared.
    pub configurations: Vec<Configuration>,
    /// How often each is run.
    pub runs: u32,
}

/// Who wants to know how far an experiment is.
pub trait Observer {
    /// A trial begins.
    fn begins(&mut self, planned: &Planned);
    /// A trial has ended; what it leaves is lost unless it is kept here.
    ///
    /// # Errors
    /// When the row can't be kept, which ends the experiment.
    fn ended(&mut self, trial: &Trial) -> anyhow::Result<()>;
}

impl Experiment {
    /// All trials, in order.
    pub fn plan(&self) -> Vec<Planned> {
        let blocks =
            (1..=self.runs).flat_map(|run| self.configurations.iter().map(move |c| (run, c)));
        blocks
            .zip(1..)
            .map(|((run, configuration), order)| Planned {
                experiment: self.name.clone(),
                configuration: configuration.clone(),
                run,
                block: run,
                order,
            })
            .collect()
    }

    /// Runs all trials. One that fails is a row, and the others follow.
    ///
    /// # Errors
    /// [`HarnessError::Interrupted`] when a signal came, and others when nothing could be
    /// measured or kept any more. What was measured until then has been given to the observer.
    pub fn run(
        &self,
        harness: &mut Harness,
        observer: &mut impl Observer,
    ) -> anyhow::Result<Vec<Trial>> {
        let mut trials = Vec::new();
        for planned in self.plan() {
            observer.begins(&planned);
            let trial = harness.run(&planned).map_err(|error: HarnessError| error)?;
            observer.ended(&trial)?;
            trials.push(trial);
        }
        Ok(trials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::published_configurations;
    use crate::model::SpawnMode;

    #[test]
    fn every_repetition_is_a_block_of_all_configurations() {
        let configurations = published_configurations(None, SpawnMode::Lazy, 1.0);
        let experiment = Experiment {
            name: "x".to_owned(),
            configurations,
            runs: 2,
        };
        let plan = experiment.plan();
        assert_eq!(plan.len(), 18);
        assert_eq!(plan[9].configuration, plan[0].configuration);
        assert_eq!((plan[9].run, plan[9].block, plan[9].order), (2, 2, 10));
    }
}
