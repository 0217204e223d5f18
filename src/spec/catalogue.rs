//! The experiments that come with the program.

/// An experiment that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// Its definition in TOML.
    pub text: &'static str,
}

macro_rules! catalogue {
    ($($name:literal),+ $(,)?) => {
        /// The experiments that come with the program, in the order of `data/experiments`.
        pub const CATALOGUE: &[Named] = &[$(Named {
            name: $name,
            text: include_str!(concat!("../../data/experiments/", $name, ".toml")),
        }),+];
    };
}

catalogue![
    "batch-size",
    "cpu-grid",
    "executors",
    "io-grid",
    "overhead",
    "oversubscription",
    "published",
    "smoke",
    "stragglers",
];

/// The experiment of this name.
pub fn named(name: &str) -> Option<&'static Named> {
    CATALOGUE.iter().find(|experiment| experiment.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Definition;

    #[test]
    fn every_experiment_can_be_read_and_says_what_it_asks() {
        for Named { name, text } in CATALOGUE {
            let definition = Definition::parse(name, text).unwrap();
            assert!(definition.question.ends_with('?'), "{name}");
            assert!(definition.analysis.len() > 100, "{name}");
            assert!(definition.expected_sum.is_some(), "{name}");
        }
    }

    #[test]
    fn the_catalogue_holds_every_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/experiments");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let names: Vec<String> = CATALOGUE
            .iter()
            .map(|e| format!("{}.toml", e.name))
            .collect();
        assert_eq!(files, names);
    }

    #[test]
    fn the_grids_are_six_by_six() {
        for name in ["io-grid", "cpu-grid"] {
            let definition = Definition::parse(name, named(name).unwrap().text).unwrap();
            assert_eq!(definition.configurations(name).unwrap().len(), 36);
        }
    }
}
