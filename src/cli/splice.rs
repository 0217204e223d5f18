//! Results between two markers of a Markdown page.

use std::convert::Infallible;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context as _;

use super::error::UsageError;
use super::input::read;
use crate::record::write_whole;

/// A place in a Markdown file: what stands between the markers `<!-- mpmt:NAME -->` and
/// `<!-- /mpmt:NAME -->`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    file: PathBuf,
    /// The subcommand's, when not given.
    name: Option<String>,
}

impl FromStr for Splice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (file, name) = match text.rsplit_once('#') {
            Some((file, name)) if !file.is_empty() && !name.is_empty() => (file, Some(name)),
            _ => (text, None),
        };
        Ok(Splice {
            file: file.into(),
            name: name.map(str::to_owned),
        })
    }
}

impl Splice {
    /// Whether the file has the markers.
    pub(super) fn check(&self, default_name: &str) -> anyhow::Result<()> {
        self.spliced(default_name, "").map(|_| ())
    }

    /// Puts a text between the markers. The file appears whole or stays as it was.
    pub(super) fn replace(&self, default_name: &str, markdown: &str) -> anyhow::Result<()> {
        let text = self.spliced(default_name, markdown)?;
        let written = write_whole(&self.file, |file| file.write_all(text.as_bytes()));
        written.with_context(|| self.file.display().to_string())
    }

    /// The file's text with another between the markers.
    fn spliced(&self, default_name: &str, markdown: &str) -> anyhow::Result<String> {
        let shown = self.file.display();
        let text = read(&self.file)?;
        let name = self.name.as_deref().unwrap_or(default_name);
        let between = between_markers(&text, name)
            .map_err(|wrong| UsageError::new(format!("{shown} {wrong}")))?;
        let (before, after) = (&text[..between.start], &text[between.end..]);
        // A table needs an empty line around it: a comment is an HTML block to Markdown.
        Ok(format!("{before}\n\n{}\n\n{after}", markdown.trim_end()))
    }
}

/// What lies between the two markers, or in words what is wrong with them.
fn between_markers(text: &str, name: &str) -> Result<Range<usize>, String> {
    let (begin, end) = (
        format!("<!-- mpmt:{name} -->"),
        format!("<!-- /mpmt:{name} -->"),
    );
    let missing = |marker: &str| {
        format!("has no marker {marker}; put {begin} and {end} where the table belongs")
    };
    let start = text.find(&begin).ok_or_else(|| missing(&begin))? + begin.len();
    let length = text[start..].find(&end);
    let length = length.ok_or_else(|| format!("{} after {begin}", missing(&end)))?;
    if text[start..].contains(&begin) {
        return Err(format!("has the marker {begin} twice; leave one"));
    }
    Ok(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn page(text: &str) -> (tempfile::TempDir, Splice) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("README.md");
        fs::write(&file, text).unwrap();
        (folder, file.to_str().unwrap().parse().unwrap())
    }

    #[test]
    fn the_text_between_the_markers_is_replaced_and_again_gives_the_same() {
        let (_folder, splice) =
            page("# A\n<!-- mpmt:run -->\nold\n<!-- /mpmt:run -->\nZ <!-- mpmt:io -->");
        for _ in 0..2 {
            splice.replace("run", "| a |\n| --- |\n").unwrap();
            assert_eq!(
                fs::read_to_string(&splice.file).unwrap(),
                "# A\n<!-- mpmt:run -->\n\n| a |\n| --- |\n\n<!-- /mpmt:run -->\nZ <!-- mpmt:io -->"
            );
        }
    }

    #[test]
    fn the_error_names_the_file_and_the_missing_marker() {
        let (_folder, splice) = page("nothing");
        let no_begin = splice.check("run").unwrap_err();
        assert!(no_begin.is::<UsageError>());
        let no_begin = no_begin.to_string();
        assert!(
            no_begin.contains("README.md has no marker <!-- mpmt:run -->"),
            "{no_begin}"
        );
    }

    #[test]
    fn markers_in_the_wrong_order_or_twice_are_told() {
        let wrong = |text: &str| between_markers(text, "x").unwrap_err();
        let turned = wrong("<!-- /mpmt:x --> <!-- mpmt:x -->");
        assert!(
            turned.starts_with("has no marker <!-- /mpmt:x -->"),
            "{turned}"
        );
        let twice = wrong("<!-- mpmt:x --><!-- mpmt:x --><!-- /mpmt:x -->");
        assert!(twice.contains("twice"), "{twice}");
    }

    #[test]
    fn a_name_may_follow_the_file() {
        let splice: Splice = "docs/a.md#io".parse().unwrap();
        assert_eq!(splice.name.as_deref(), Some("io"));
        assert_eq!("a.md".parse::<Splice>().unwrap().name, None);
    }
}
