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

/// How many descriptors this process may open now.
pub fn descriptor_limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Makes sure that this process may open `needed` descriptors, and so many more as `spare` says if
/// the hard limit allows; raises the soft one to that when it has to.
///
/// # Errors
/// When even the hard limit is too low for what is needed.
pub fn ensure_descriptors(needed: u64, spare: u64, what: &str) -> Result<(), DescriptorShortage> {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit
        .maximum
        .map_or(needed + spare, |hard| hard.min(needed + spare));
    if limit.current.is_none_or(|soft| soft >= wanted) && wanted >= needed {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    let is_raised = wanted >= needed && setrlimit(Resource::Nofile, raised).is_ok();
    if is_raised || limit.current.is_none_or(|soft| soft >= needed) {
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
        let error = ensure_descriptors(hard + 1, 0, "a test").unwrap_err();
        assert!(error.to_string().contains("ulimit -n"));
        assert_eq!(ensure_descriptors(10, 0, "a test"), Ok(()));
        assert_eq!(ensure_descriptors(10, hard, "a test"), Ok(()));
        assert_eq!(descriptor_limit(), hard);
    }
}
