//! How many file descriptors there may be.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Too few file descriptors for what was asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{needed} file descriptors are needed for {what}, but this process may open only {limit}; \
     raise the limit (ulimit -n {needed}) or ask for less"
)]
pub struct DescriptorShortage {
    needed: u64,
    limit: u64,
    what: String,
}

/// Makes sure that this process may open `needed` descriptors; raises the soft limit towards the
/// hard one when it has to.
///
/// # Errors
/// When even the hard limit is too low.
pub fn ensure_descriptors(needed: u64, what: &str) -> Result<(), DescriptorShortage> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|soft| soft >= needed) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(needed),
        maximum: limit.maximum,
    };
    let fits = limit.maximum.is_none_or(|hard| hard >= needed);
    if fits && setrlimit(Resource::Nofile, raised).is_ok() {
        return Ok(());
    }
    Err(DescriptorShortage {
        needed,
        limit: limit.maximum.or(limit.current).unwrap_or(u64::MAX),
        what: what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_hard_limit_is_refused_with_the_remedy() {
        let Some(hard) = getrlimit(Resource::Nofile).maximum else {
            return;
        };
        let error = ensure_descriptors(hard + 1, "a test").unwrap_err();
        assert!(error.to_string().contains("ulimit -n"));
        assert_eq!(ensure_descriptors(10, "a test"), Ok(()));
    }
}
