//! The command line of a person's own program: split into words once, with places in them that each
//! command fills.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Command, Instruction};

/// A program and its arguments, in which placeholders stand for what differs from command to
/// command. As text, everywhere: words as a shell splits them (there is no shell, so nothing else of
/// it works), placeholders as `{address}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommandLine {
    text: String,
    program: String,
    arguments: Vec<Vec<Piece>>,
}

/// A piece of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Piece {
    Text(String),
    Place(Place),
}

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Address,
    Verb,
    Response,
    Wait,
}

/// Why a text is no command line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandLineError {
    /// A quotation mark has no second one, or the text ends in a backslash.
    #[error("a quotation mark or a backslash of the command line has nothing that ends it")]
    Quotes,
    /// There is no word.
    #[error("the command line is empty; write a program and its arguments")]
    Empty,
    /// No program can be told beforehand.
    #[error("the program itself can't be a placeholder; write its name")]
    Program,
    /// A placeholder is none.
    #[error("{{{0}}} is no placeholder; there is {{address}}, {{command}}, {{response}}, {{wait}}")]
    Unknown(String),
}

impl Place {
    const ALL: [(&'static str, Place); 4] = [
        ("address", Place::Address),
        ("command", Place::Verb),
        ("response", Place::Response),
        ("wait", Place::Wait),
    ];

    /// Waits are told in seconds.
    fn fill(self, command: Command, instruction: &Instruction) -> String {
        match self {
            Place::Address => command.address.to_string(),
            Place::Verb => command.verb.as_str().to_owned(),
            Place::Response => instruction.response.to_string(),
            Place::Wait => (instruction.wait_ns as f64 / 1e9).to_string(),
        }
    }
}

impl CommandLine {
    /// The program: a path, or a name that is looked for on PATH.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// What a shell would have made something of, in the order in which it comes, each once: a pipe,
    /// a redirection, a variable, a pattern. Here it is text, which a person may not expect.
    pub fn shell_syntax(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let (mut quote, mut begins_word) = (None, true);
        let mut rest = self.text.as_str();
        while let Some(letter) = rest.chars().next() {
            let operator = operator_at(rest, quote, begins_word);
            let length = match (operator, quote, letter) {
                (Some(operator), ..) => operator.len(),
                // The next letter is text, whatever it is.
                (None, None | Some('"'), '\\') => rest.chars().take(2).map(char::len_utf8).sum(),
                _ => letter.len_utf8(),
            };
            found.extend(operator.filter(|operator| !found.contains(operator)));
            quote = match (quote, letter) {
                (None, '\'' | '"') => Some(letter),
                (Some(open), _) if open == letter => None,
                _ => quote,
            };
            begins_word = quote.is_none() && letter.is_ascii_whitespace();
            rest = &rest[length..];
        }
        found
    }

    /// The arguments for one command.
    pub fn arguments(
        &self,
        command: Command,
        instruction: &Instruction,
    ) -> impl Iterator<Item = String> {
        let fill = move |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Place(place) => place.fill(command, instruction),
        };
        self.arguments
            .iter()
            .map(move |argument| argument.iter().map(fill).collect())
    }
}

impl FromStr for CommandLine {
    type Err = CommandLineError;

    fn from_str(text: &str) -> Result<Self, CommandLineError> {
        let words = shlex::split(text).ok_or(CommandLineError::Quotes)?;
        let (program, arguments) = words.split_first().ok_or(CommandLineError::Empty)?;
        if pieces(program)? != [Piece::Text(program.clone())] {
            return Err(CommandLineError::Program);
        }
        Ok(CommandLine {
            text: text.to_owned(),
            program: program.clone(),
            arguments: arguments
                .iter()
                .map(|word| pieces(word))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The operator or expansion of a POSIX shell that a text begins with, outside quotes or in those
/// that are open.
fn operator_at(text: &str, quote: Option<char>, begins_word: bool) -> Option<&str> {
    const OPERATORS: [&str; 9] = ["&&", "||", "<<", ">>", "|", "&", ";", "<", ">"];
    if let Some(name) = text.strip_prefix('$') {
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &name[..end.unwrap_or(name.len())];
        let opens = text[1..].starts_with(['{', '(']);
        let length = if opens {
            2
        } else {
            name.len().saturating_add(1)
        };
        return (quote != Some('\'') && length > 1).then_some(&text[..length]);
    }
    if text.starts_with('`') {
        return (quote != Some('\'')).then_some(&text[..1]);
    }
    if quote.is_some() {
        return None;
    }
    let operator = OPERATORS
        .into_iter()
        .find(|operator| text.starts_with(operator));
    let is_pattern = text.starts_with('*') || text.starts_with('~') && begins_word;
    operator.or(is_pattern.then_some(&text[..1]))
}

/// The pieces of a word. A placeholder is a lower-case word in braces; other braces are text.
fn pieces(word: &str) -> Result<Vec<Piece>, CommandLineError> {
    let mut pieces = Vec::new();
    let mut rest = word;
    let mut from = 0;
    while let Some(open) = rest[from..]
        .find('{')
        .map(|place| from.saturating_add(place))
    {
        let inside = &rest[open..]['{'.len_utf8()..];
        let Some(name) = inside.find('}').map(|end| &inside[..end]) else {
            break;
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            from = open.saturating_add(1);
            continue;
        }
        let known = Place::ALL.iter().find(|(known, _)| *known == name);
        let (_, place) = known.ok_or_else(|| CommandLineError::Unknown(name.to_owned()))?;
        if open > 0 {
            pieces.push(Piece::Text(rest[..open].to_owned()));
        }
        pieces.push(Piece::Place(*place));
        rest = &inside[name.len()..]['}'.len_utf8()..];
        from = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl TryFrom<String> for CommandLine {
    type Error = CommandLineError;

    fn try_from(text: String) -> Result<Self, CommandLineError> {
        text.parse()
    }
}

impl From<CommandLine> for String {
    fn from(line: CommandLine) -> String {
        line.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INSTRUCTION: Instruction = Instruction {
        response: -3,
        wait_ns: 20_000_000,
    };

    fn filled(text: &str) -> Vec<String> {
        let command = "10.0.0.1:bar".parse().unwrap();
        let line: CommandLine = text.parse().unwrap();
        line.arguments(command, &INSTRUCTION).collect()
    }

    #[test]
    fn words_are_split_first_and_filled_then() {
        assert_eq!(
            filled("x {address} -c={command}/{response} 'for {wait} s' {}"),
            ["10.0.0.1", "-c=bar/-3", "for 0.02 s", "{}"]
        );
        assert_eq!(
            filled("x '{print $1}' {{wait} ''"),
            ["{print $1}", "{0.02", ""]
        );
    }

    #[test]
    fn what_is_no_command_line_is_told_with_what_to_write() {
        let refusal = |text: &str| text.parse::<CommandLine>().unwrap_err();
        assert_eq!(refusal("x 'y"), CommandLineError::Quotes);
        assert_eq!(refusal("  "), CommandLineError::Empty);
        assert_eq!(refusal("'' x"), CommandLineError::Program);
        assert_eq!(refusal("{address} x"), CommandLineError::Program);
        assert_eq!(
            refusal("x {addres}").to_string(),
            "{addres} is no placeholder; there is {address}, {command}, {response}, {wait}"
        );
    }

    #[test]
    fn what_a_shell_would_read_is_found_outside_quotes() {
        let found = |text: &str| {
            let line: CommandLine = text.parse().unwrap();
            line.shell_syntax().join(" ")
        };
        assert_eq!(found("cat {address} | wc -l > out"), "| >");
        assert_eq!(found("a && b || c; d"), "&& || ;");
        assert_eq!(
            found("ls ~/x *.csv $HOME \"$USER\" ${X} $(date) `id`"),
            "~ * $HOME $USER ${ $( `"
        );
        assert_eq!(found("sh -c 'a | b > $X; ls *'"), "");
        assert_eq!(found(r#"grep a\|b \$X a~b 5$ x\* "<|>" '~'"#), "");
        assert_eq!(found("x '' | y"), "|");
        assert_eq!(found("x 2>&1"), "> &");
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_never_for_a_shell(text in "[^\0]{0,20}") {
            let line: CommandLine = format!("x '{}'", text.replace(['\'', '{'], "_")).parse().unwrap();
            prop_assert!(line.shell_syntax().is_empty());
        }

        #[test]
        fn no_placeholder_is_left_and_other_text_is_untouched(
            texts in prop::collection::vec("[^{}\0]{0,6}|\\{|\\}|\\{[A-Z ]\\}", 1..6),
            places in prop::collection::vec(0..4_usize, 5),
        ) {
            // Text and placeholders in turn, as one argument.
            let names = places.iter().map(|&place| Place::ALL[place].0);
            let values = ["10.0.0.1", "bar", "-3", "0.02"];
            let (mut template, mut expected) = (String::new(), String::new());
            for ((text, name), place) in texts.iter().zip(names).zip(&places) {
                template += &format!("{text}{{{name}}}");
                expected += &format!("{text}{}", values[*place]);
            }
            let quoted = shlex::try_quote(&template).unwrap();
            prop_assert_eq!(filled(&format!("x {quoted}")), vec![expected]);
        }

        #[test]
        fn it_goes_round_as_text(text in "[ -~]{0,30}") {
            if let Ok(line) = text.parse::<CommandLine>() {
                prop_assert_eq!(line.to_string(), text);
                let json = serde_json::to_string(&line).unwrap();
                prop_assert_eq!(serde_json::from_str::<CommandLine>(&json).unwrap(), line);
            }
        }
    }
}
