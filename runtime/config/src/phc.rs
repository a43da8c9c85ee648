//! The shape of a password's hash: a PHC string of argon2id, such as `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`
//! (<https://github.com/P-H-C/phc-string-format>; RFC 9106 for the numbers).

/// KiB of memory that one check may take: a hash that says more could be the end of the process.
const MOST_MEMORY: u32 = 1 << 20;
/// RFC 9106, section 4: below this it is no protection (OWASP's smallest choice has 7 MiB).
const LEAST_MEMORY: u32 = 7 << 10;
/// A check of more passes takes seconds, and others wait behind it.
const MOST_PASSES: u32 = 16;

/// The rule that it breaks, if it is none that may be used.
pub(crate) fn check(hash: &str) -> Result<(), String> {
    let Some(rest) = hash.strip_prefix("$argon2id$") else {
        let what = match hash.strip_prefix('$').and_then(|rest| rest.split('$').next()) {
            Some("2a" | "2b" | "2y") => "one of bcrypt",
            Some("argon2i") => "one of argon2i",
            Some("argon2d") => "one of argon2d",
            Some("scrypt" | "1" | "5" | "6" | "y" | "7") => "another one",
            _ => "something else, perhaps the password itself",
        };
        return Err(format!("must be an argon2id hash, got {what}"));
    };
    let parts: Vec<&str> = rest.split('$').collect();
    let [version, costs, salt, output] = parts[..] else {
        return Err("must be $argon2id$v=19$m=…,t=…,p=…$SALT$HASH, and a part of it is missing".into());
    };
    if version != "v=19" {
        return Err("must have version 19 of argon2id: `v=19`".into());
    }
    let costs: Vec<(&str, u32)> = costs
        .split(',')
        .filter_map(|cost| cost.split_once('='))
        .filter_map(|(name, number)| Some((name, number.parse().ok()?)))
        .collect();
    let [("m", memory), ("t", passes), ("p", lanes)] = costs[..] else {
        return Err("must have its costs as `m=…,t=…,p=…`".into());
    };
    if !(LEAST_MEMORY..=MOST_MEMORY).contains(&memory) {
        return Err(format!("`m` is the memory of a check, {LEAST_MEMORY} to {MOST_MEMORY} KiB, got {memory}"));
    }
    if !(1..=MOST_PASSES).contains(&passes) {
        return Err(format!("`t` is 1 to {MOST_PASSES} passes, got {passes}"));
    }
    if !(1..=16).contains(&lanes) {
        return Err(format!("`p` is 1 to 16 lanes, got {lanes}"));
    }
    let is_base64 = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len())
            // No text of whole bytes leaves a single character over.
            && text.len() % 4 != 1
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    };
    // 8 to 48 bytes of salt, 16 to 64 of hash: what there is less of protects nothing.
    if !is_base64(salt, 11, 64) || !is_base64(output, 22, 86) {
        return Err("must end in salt and hash in base64".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_that_can_be_checked_in_time_is_taken() {
        let salt_and_hash = "gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno";
        let with = |costs: &str| check(&format!("$argon2id$v=19${costs}${salt_and_hash}"));
        assert_eq!(with("m=19456,t=2,p=1"), Ok(()));
        assert_eq!(with("m=1048576,t=1,p=4"), Ok(()));
        for bad in
            ["m=1048577,t=1,p=1", "m=8,t=1,p=1", "m=19456,t=0,p=1", "m=19456,t=99,p=1", "t=2,m=19456,p=1", "m=19456"]
        {
            assert!(with(bad).is_err(), "{bad}");
        }
        for bad in [
            "",
            "hunter2",
            "$2b$12$abc",
            "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
            "$argon2id$v=16$m=19456,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno",
            "$argon2id$v=19$m=19456,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw",
            "$argon2id$v=19$m=19456,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$short",
        ] {
            let why = check(bad).expect_err(bad);
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
