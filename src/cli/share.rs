//! A share as it is typed.

/// A share from the command line, such as `5%` or `2.5 %`, as a part of 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let hint = || "it is a share in percent, like 5%".to_owned();
    let number = text.trim().strip_suffix('%').ok_or_else(hint)?;
    let percent: f64 = number.trim().parse().map_err(|_| hint())?;
    match (0.0..=1000.0).contains(&percent) {
        true => Ok(percent / 100.0),
        false => Err("it is a share from 0% to 1000%, like 5%".to_owned()),
    }
}

/// A probability from the command line, such as 0.05: above 0 and below 1.
pub(super) fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(p) if p > 0.0 && p < 1.0 => Ok(p),
        _ => Err("it is a probability above 0 and below 1, like 0.05".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_carry_their_sign_and_probabilities_have_none() {
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share(" 2.5 % "), Ok(0.025));
        for wrong in ["5", "0.05", "-1%", "NaN%", "inf%", "x%", "%", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
        assert_eq!(probability("0.05"), Ok(0.05));
        for wrong in ["0", "1", "5%", "NaN", ""] {
            assert!(probability(wrong).is_err(), "{wrong}");
        }
    }
}
