//! What `--format json` prints, held against `docs/schema/results.json`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::Stage;

/// The part of JSON Schema that the file uses. It refuses to pass over a word that it does not know.
struct Schema(Value);

impl Schema {
    fn of_results() -> Schema {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/results.json");
        Schema(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    fn check(&self, subcommand: &str, printed: &str) -> Value {
        let value: Value = serde_json::from_str(printed).unwrap();
        let wanted = &self.0["$defs"][subcommand];
        assert!(wanted.is_object(), "no schema for {subcommand}");
        let mut wrong = Vec::new();
        self.hold(wanted, &value, subcommand, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}\n{printed}");
        value
    }

    fn hold(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        for (word, wanted) in schema.as_object().unwrap() {
            match word.as_str() {
                "description" => {}
                "$ref" => {
                    let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                    self.hold(self.0.pointer(pointer).unwrap(), value, at, wrong);
                }
                "type" if is_any(wanted, value) => {}
                "type" => wrong.push(format!("{at}: {value} is no {wanted}")),
                "enum" if wanted.as_array().unwrap().contains(value) => {}
                "enum" => wrong.push(format!("{at}: {value} is none of {wanted}")),
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.hold(wanted, item, &format!("{at}[{index}]"), wrong);
                    }
                }
                "properties" => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        match wanted.get(name) {
                            Some(schema) => {
                                self.hold(schema, value, &format!("{at}.{name}"), wrong);
                            }
                            None => wrong.push(format!("{at}: {name} is not described")),
                        }
                    }
                }
                "required" => {
                    let names = wanted.as_array().unwrap().iter();
                    let missing = names.filter(|name| value.get(name.as_str().unwrap()).is_none());
                    wrong.extend(missing.map(|name| format!("{at} lacks {name}")));
                }
                // `properties` refuses others already.
                "additionalProperties" => assert_eq!(*wanted, Value::Bool(false)),
                other => panic!("{at}: the test does not know '{other}'"),
            }
        }
    }
}

fn is_any(types: &Value, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type '{other}'"),
    };
    match types {
        Value::Array(types) => types.iter().any(is),
        one => is(one),
    }
}

/// What every row says, by the same names.
const OF_EACH: [&str; 10] = [
    "label",
    "processes",
    "threads",
    "runtime",
    "batch",
    "runs",
    "failed",
    "makespan_median_s",
    "makespan_low_s",
    "makespan_high_s",
];

fn names_of_each(row: &Value) {
    for name in OF_EACH {
        assert!(row.get(name).is_some(), "no {name} in {row:#}");
    }
}

/// The objects of an array by one of their texts.
fn sorted(array: &Value, by: &str) -> Vec<Value> {
    let mut objects = array.as_array().unwrap().clone();
    objects.sort_by_key(|object| object[by].as_str().unwrap().to_owned());
    objects
}

#[test]
fn every_subcommand_prints_what_the_schema_says_under_the_same_names() {
    let stage = Stage::with_512_commands(0.001);
    let schema = Schema::of_results();
    let own = "--commands commands.txt --table table.txt";
    let print = |line: &str| {
        let line = format!("{line} --format json");
        stage.run(&line).expect(0).stdout
    };

    let run = schema.check("run", &print(&format!("run {own} -p 2 -t 4 -r 6")));
    names_of_each(&run[0]);
    assert_eq!(run.as_array().unwrap().len(), 6);
    assert!(run[0]["makespan_low_s"].is_number(), "{run:#}");

    let sweep = format!("sweep {own} -p 1,2 -t 4 --runtime native,gil -r 6 -o out");
    let sweep = schema.check("sweep", &print(&sweep));
    names_of_each(&sweep["rows"][3]);
    assert_eq!(sweep["answers"].as_array().unwrap().len(), 2);
    assert_eq!(sweep["comparisons"][0]["axis"], "runtime", "{sweep:#}");

    let recommended = schema.check("recommend", &print("recommend out"));
    names_of_each(&recommended["rows"][0]);
    // A sweep, and what reads its rows again from the file, in its order, say the same.
    assert_eq!(
        sorted(&recommended["answers"], "question"),
        sorted(&sweep["answers"], "question")
    );
    assert_eq!(recommended["comparisons"], sweep["comparisons"]);
    let of_each = |printed: &Value| {
        let rows = sorted(&printed["rows"], "configuration");
        rows.into_iter()
            .map(|row| OF_EACH.map(|name| row[name].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of_each(&recommended), of_each(&sweep));

    let reproduce = "reproduce --only io --time-scale 0 -o reproduced";
    let reproduce = schema.check("reproduce", &print(reproduce));
    names_of_each(&reproduce["rows"][0]);

    let tune = format!("tune {own} --budget 20s --max-processes 2 --max-threads 2 -o tuned");
    let tune = schema.check("tune", &print(&tune));
    names_of_each(&tune["rows"][0]);
    assert!(tune["answers"][0]["answer"].is_string());

    let compare = schema.check("compare", &print("compare out out"));
    for name in OF_EACH[5..]
        .iter()
        .flat_map(|name| [format!("old_{name}"), format!("new_{name}")])
    {
        assert!(compare[0].get(&name).is_some(), "no {name} in {compare:#}");
    }

    let (server, ready) = stage.serve("table.txt ipc://batches ipc://results 4 -t 16");
    let client = format!("client commands.txt 16 --control {}", ready.control);
    let client = schema.check("client", &print(&client));
    names_of_each(&client[0]);
    assert_eq!(client[0]["responses_sum"], 512);
    assert_eq!(client[0]["threads"], 16);
    let without = "client commands.txt 16 ipc://results ipc://batches";
    let without = schema.check("client", &print(without));
    assert!(without[0]["processes"].is_null(), "nobody has told it");
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}
