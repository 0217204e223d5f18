//! Whether two records come from the same machine and the same program.

use serde_json::Value;

/// What a measurement depends on, as `environment.json` names it. A field that either file does
/// not have is taken for null, and fields of which nothing is known here are left alone, so that
/// records of other versions can be compared.
const FIELDS: [(&str, &str); 11] = [
    ("cpu", "processor"),
    ("cores", "cores"),
    ("capacity_cores", "capacity in cores"),
    ("governor", "clock governor"),
    ("kernel", "kernel"),
    ("mpmt", "mpmt"),
    ("revision", "revision"),
    ("dirty", "changes beyond the revision"),
    ("rustc", "compiler"),
    ("libzmq", "libzmq"),
    ("optimised", "optimisation"),
];

/// What differs between two `environment.json`, each in a few words.
pub fn differences(old: &Value, new: &Value) -> Vec<String> {
    let differing = FIELDS.iter().filter(|(key, _)| old[key] != new[key]);
    differing
        .map(|(key, name)| format!("{name}: {} → {}", words(&old[key]), words(&new[key])))
        .collect()
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "not recorded".to_owned(),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_matters_is_compared_and_the_rest_left_alone() {
        let old = json!({"cpu": "A", "cores": 2, "optimised": true, "load": [0.1], "at": "then"});
        let new = json!({"cpu": "B", "cores": 4, "optimised": false, "load": [9.9], "x": {}});
        assert_eq!(
            differences(&old, &new),
            ["processor: A → B", "cores: 2 → 4", "optimisation: yes → no"]
        );
        assert!(differences(&old, &old).is_empty());
    }

    #[test]
    fn what_is_not_recorded_differs_from_what_is() {
        let old = json!({"kernel": "Linux 6"});
        assert_eq!(
            differences(&old, &json!({})),
            ["kernel: Linux 6 → not recorded"]
        );
        assert!(differences(&json!([]), &json!("text")).is_empty());
    }
}
