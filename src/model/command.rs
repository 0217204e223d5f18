//! Commands, and the text that they are read from.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a command asks of its address: the part after the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verb {
    /// `foo`
    Foo,
    /// `bar`
    Bar,
}

impl Verb {
    /// The word as it stands in files and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verb::Foo => "foo",
            Verb::Bar => "bar",
        }
    }
}

/// One line `<ipv4>:<foo|bar>` of a commands file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Command {
    /// The address, a strict dotted quad on the wire.
    pub address: Ipv4Addr,
    /// What is asked of it.
    pub verb: Verb,
}

/// Why a text is not a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is no `:` between address and verb.
    #[error("expected <ipv4>:<foo|bar>, found no ':'")]
    NoColon,
    /// The address is not four decimal numbers of 0 to 255 without leading zeros.
    #[error(
        "'{0}' is not a dotted quad (four numbers of 0 to 255 without leading zeros, like 10.0.0.1)"
    )]
    Address(String),
    /// The verb is neither `foo` nor `bar`.
    #[error("'{0}' is not a command; it can be foo or bar")]
    Verb(String),
}

impl FromStr for Verb {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        match text {
            "foo" => Ok(Verb::Foo),
            "bar" => Ok(Verb::Bar),
            other => Err(CommandError::Verb(excerpt(other))),
        }
    }
}

impl FromStr for Command {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let (address, verb) = text.split_once(':').ok_or(CommandError::NoColon)?;
        Command::from_parts(address, verb)
    }
}

impl Command {
    /// A command from its two fields as text.
    ///
    /// # Errors
    /// When the address is not a strict dotted quad, or the verb is neither `foo` nor `bar`.
    pub fn from_parts(address: &str, verb: &str) -> Result<Self, CommandError> {
        Ok(Command {
            // std's parser is strict in just the way we want: no leading zeros, no short forms.
            address: address
                .parse()
                .map_err(|_| CommandError::Address(excerpt(address)))?,
            verb: verb.parse()?,
        })
    }

    /// Appends the command's text. The client does this for every command that it sends, so it
    /// goes without `fmt`, which costs several times as much.
    pub fn write_to(self, out: &mut Vec<u8>) {
        let [a, b, c, d] = self.address.octets();
        write_octet(out, a);
        for octet in [b, c, d] {
            out.push(b'.');
            write_octet(out, octet);
        }
        out.push(b':');
        out.extend_from_slice(self.verb.as_str().as_bytes());
    }
}

fn write_octet(out: &mut Vec<u8>, octet: u8) {
    let digit = |value: u8| b'0' | (value % 10);
    if octet >= 100 {
        out.push(digit(octet / 100));
    }
    if octet >= 10 {
        out.push(digit(octet / 10));
    }
    out.push(digit(octet));
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.verb.as_str())
    }
}

/// The start of a text that may be arbitrarily long, for an error message.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leading_zeros_short_forms_and_large_numbers_are_refused() {
        for text in [
            "137.72.095.1:foo",
            "1.2.3:foo",
            "1.2.3.256:foo",
            "1.2.3.4.5:foo",
            " 1.2.3.4:foo",
            "+1.2.3.4:foo",
            ":foo",
        ] {
            assert!(
                matches!(text.parse::<Command>(), Err(CommandError::Address(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn only_foo_and_bar_are_commands() {
        for text in ["1.2.3.4:baz", "1.2.3.4:Foo", "1.2.3.4:foo ", "1.2.3.4:"] {
            assert!(
                matches!(text.parse::<Command>(), Err(CommandError::Verb(_))),
                "{text}"
            );
        }
        assert_eq!("1.2.3.4".parse::<Command>(), Err(CommandError::NoColon));
    }

    #[test]
    fn an_error_shows_only_the_start_of_a_long_text() {
        let error = format!("{}:foo", "é".repeat(10_000)).parse::<Command>();
        assert!(error.unwrap_err().to_string().len() < 300);
    }

    proptest! {
        #[test]
        fn text_and_value_go_round(bits: u32, foo: bool) {
            let command = Command {
                address: Ipv4Addr::from_bits(bits),
                verb: if foo { Verb::Foo } else { Verb::Bar },
            };
            let mut written = Vec::new();
            command.write_to(&mut written);
            let text = command.to_string();
            prop_assert_eq!(&written, text.as_bytes());
            prop_assert_eq!(text.parse::<Command>().unwrap(), command);
        }
    }
}
