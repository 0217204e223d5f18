//! Bytes of a file as text.

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// They begin with the byte order mark of UTF-16.
    #[error("it is UTF-16, not UTF-8; save it as UTF-8")]
    Utf16,
    /// They hold what UTF-8 does not.
    #[error("line {line} is not UTF-8; save it as UTF-8")]
    NotUtf8 {
        /// The first such line, from 1.
        line: usize,
    },
}

/// The byte order mark that some programs put before UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The text of a file without its byte order mark, which would else be a part of the first word.
///
/// # Errors
/// When it is in another encoding than UTF-8.
pub fn decode(mut bytes: Vec<u8>) -> Result<String, NotText> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(NotText::Utf16);
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        NotText::NotUtf8 {
            line: good.split(|&byte| byte == b'\n').count(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(
            decode(b"\xEF\xBB\xBFa\xEF\xBB\xBF".to_vec()).unwrap(),
            "a\u{feff}"
        );
        assert_eq!(decode(b"\xFF\xFEa\0".to_vec()), Err(NotText::Utf16));
        assert_eq!(
            decode(b"a\nb\n\xE4".to_vec()),
            Err(NotText::NotUtf8 { line: 3 })
        );
    }
}
