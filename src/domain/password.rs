//! Passwords of staff, and the hashes that are kept of them.
//!
//! A password is judged by length and by what attackers try first (NIST SP 800-63B); nobody is told to put a digit in it.
//! Must not know who signs in, or how often somebody may try.

use std::collections::BTreeSet;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::staff::StaffName;
use super::text;

/// The shortest password, in code points.
pub const MIN_PASSWORD_CHARACTERS: usize = 12;
/// The longest password, in code points.
pub const MAX_PASSWORD_CHARACTERS: usize = 128;
/// The most bytes that are looked at; a password of the most characters has fewer in every usual form.
const MAX_TYPED_BYTES: usize = 1024;
/// A password has this many different characters, or nearly all of it is repetition.
const MIN_DIFFERENT_CHARACTERS: usize = 5;
/// A password must hold this many letters and digits beside the name of its account.
const MIN_BESIDE_NAME: usize = MIN_PASSWORD_CHARACTERS / 2;

/// What attackers try first: lower case, sorted, of the least length or longer, and nothing that another rule refuses.
const COMMON: &str = include_str!("common_passwords.txt");

/// Memory, passes and lanes of a hash: the second of the equal choices in OWASP's Password Storage Cheat Sheet (19 MiB).
const PARAMETERS: Params = match Params::new(19_456, 2, 1, None) {
    Ok(parameters) => parameters,
    Err(_) => panic!("the parameters are within the bounds of Argon2"),
};
/// How every hash with today's parameters begins.
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
/// A hash of today's parameters that no password is known to have: salt and hash are random.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$NYTF2hxHzDDzly+AzwXQ+Q$ne5s44/+901oEAyrnzUGBQwGK6a94YsdcnJNt4eJG8w";

/// A password that somebody chose: 12 to 128 characters on one line, none that is tried first.
///
/// Its memory is wiped when it is dropped.
pub struct Password(Zeroizing<String>);

/// Why a password was refused, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("The password has {actual} characters; at least {min} are needed. A few unrelated words are a good one.")]
    TooShort {
        /// The fewest characters.
        min: usize,
        /// How many there are.
        actual: usize,
    },
    /// Too many characters.
    #[error("The password has {actual} characters; at most {max} are allowed.")]
    TooLong {
        /// The most characters.
        max: usize,
        /// How many there are.
        actual: usize,
    },
    /// A character that can't be typed where passwords are asked for.
    #[error("The password has a line end, a tab or another control character in it. Leave it out.")]
    ControlCharacter,
    /// In the list of common passwords.
    #[error("The password is one of those that are tried first. Choose one that nobody else has.")]
    Common,
    /// A few characters again and again, or characters in their order.
    #[error("The password repeats a few characters, or counts up or down. Choose one without a pattern.")]
    Pattern,
    /// The name of the account, and little else.
    #[error("The password is little more than the name of its account. Choose one without the name.")]
    Name,
}

impl PasswordError {
    /// The numbers that a client needs, with the names of their members.
    #[must_use]
    pub fn numbers(self) -> Vec<(&'static str, u64)> {
        let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        match self {
            Self::TooShort { min, actual } => vec![("min", number(min)), ("actual", number(actual))],
            Self::TooLong { max, actual } => vec![("max", number(max)), ("actual", number(actual))],
            Self::ControlCharacter | Self::Common | Self::Pattern | Self::Name => Vec::new(),
        }
    }
}

/// What somebody typed where a password is asked for: nothing is known of it but that it is nobody's business.
///
/// Its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct TypedPassword(Zeroizing<String>);

impl TypedPassword {
    /// What was typed.
    #[must_use]
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// The same as text. Not `Display`, so that no password is logged by accident.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedPassword(…)")
    }
}

impl Password {
    /// Reads the password that somebody chose for the account of this name.
    ///
    /// # Errors
    /// [`PasswordError`] for a password that is too short, too long, can't be typed or would be guessed.
    pub fn parse(input: &str, name: &StaffName) -> Result<Self, PasswordError> {
        let max = MAX_PASSWORD_CHARACTERS;
        if input.len() > MAX_TYPED_BYTES {
            return Err(PasswordError::TooLong { max, actual: input.chars().count() });
        }
        let password = Zeroizing::new(text::normalise_secret(input));
        let (min, actual) = (MIN_PASSWORD_CHARACTERS, password.chars().count());
        if password.chars().any(text::is_forbidden_in_secret) {
            return Err(PasswordError::ControlCharacter);
        }
        if actual < min {
            return Err(PasswordError::TooShort { min, actual });
        }
        if actual > max {
            return Err(PasswordError::TooLong { max, actual });
        }
        let folded = Zeroizing::new(password.to_lowercase());
        if has_pattern(&folded) {
            return Err(PasswordError::Pattern);
        }
        if is_common(&folded) {
            return Err(PasswordError::Common);
        }
        if is_mostly(&folded, name) {
            return Err(PasswordError::Name);
        }
        Ok(Self(password))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Whether a text is a few characters in any order, fewer than 12 again and again, or such that each follows the one
/// before it.
fn has_pattern(folded: &str) -> bool {
    let different: BTreeSet<char> = folded.chars().collect();
    let pairs = |distance| folded.chars().zip(folded.chars().skip(distance));
    let length = folded.chars().count();
    different.len() < MIN_DIFFERENT_CHARACTERS
        || (1..MIN_PASSWORD_CHARACTERS).any(|unit| unit * 2 <= length && pairs(unit).all(|(one, other)| one == other))
        || pairs(1).all(|(one, other)| follows(one, other))
        || pairs(1).all(|(one, other)| follows(other, one))
}

/// Whether `other` comes next after `one`, in Unicode or round a row of keys.
fn follows(one: char, other: char) -> bool {
    matches!((one, other), ('9', '0') | ('z', 'a')) || u32::from(one).checked_add(1) == Some(u32::from(other))
}

/// Whether a text is in the list, as it is or without what is no letter and no digit.
fn is_common(folded: &str) -> bool {
    let bare = letters_and_digits(folded);
    COMMON.lines().any(|common| common == folded || common == bare.as_str())
}

/// Whether little is left of a text without the name. A name of one or two letters is in many a good password.
fn is_mostly(folded: &str, name: &StaffName) -> bool {
    let name = letters_and_digits(&name.as_str().to_lowercase());
    let password = letters_and_digits(folded);
    let rest = Zeroizing::new(password.replace(name.as_str(), ""));
    name.chars().count() > 2 && rest.len() < password.len() && rest.chars().count() < MIN_BESIDE_NAME
}

fn letters_and_digits(text: &str) -> Zeroizing<String> {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    kept.extend(text.chars().filter(|c| c.is_alphanumeric()));
    kept
}

/// What is kept of a password: an Argon2id hash as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// A hash couldn't be made: there is no memory for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashingFailed;

impl PasswordHash {
    /// Hashes a password with 16 random bytes as the salt. Takes tens of milliseconds and 19 MiB.
    ///
    /// # Errors
    /// [`HashingFailed`] if there is no memory for it.
    pub fn of(password: &Password, salt: [u8; 16]) -> Result<Self, HashingFailed> {
        let hash: Result<phc::PasswordHash, _> = argon2().hash_password_with_salt(password.0.as_bytes(), &salt);
        hash.map_or(Err(HashingFailed), |hash| Ok(Self(hash.to_string())))
    }

    /// A hash that no password has, for names that nobody has, so that signing in takes as long for them as for others.
    #[must_use]
    pub fn dummy() -> Self {
        Self(NOBODYS.to_owned())
    }

    /// A hash read back from the store.
    #[must_use]
    pub const fn from_stored(hash: String) -> Self {
        Self(hash)
    }

    /// The hash as the store keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of what somebody typed. Takes as long as making one, with the parameters of this hash.
    #[must_use]
    pub fn verify(&self, typed: &str) -> bool {
        let Ok(hash) = phc::PasswordHash::new(&self.0) else { return false };
        if typed.len() > MAX_TYPED_BYTES {
            return false;
        }
        let typed = Zeroizing::new(text::normalise_secret(typed));
        argon2().verify_password(typed.as_bytes(), &hash).is_ok()
    }

    /// Whether the hash was made with other parameters than today's, so that it is to be made anew at the next sign-in.
    #[must_use]
    pub fn needs_rehash(&self) -> bool {
        !self.0.starts_with(CURRENT)
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMETERS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "copper kettle on the moor";

    fn read(input: &str) -> Result<Password, PasswordError> {
        Password::parse(input, &StaffName::parse("Bart Simpson").unwrap())
    }

    fn refused(input: &str) -> Option<PasswordError> {
        read(input).err()
    }

    #[test]
    fn a_password_is_long_enough_and_on_one_line() {
        let (shortest, longest) = ("tr0ub4dor&3x".to_owned(), "ab1cd2ef3gh4ij5k".repeat(8));
        let (eyes, family) = ("👀🐎🔋📎🌧🥝🚲🧵🪁🦉🍄🎷".to_owned(), format!("{GOOD} 👩‍👩‍👧‍👦"));
        for input in
            [shortest.as_str(), longest.as_str(), &eyes, &family, GOOD, " outer space counts ", "pässwörter öde"]
        {
            assert_eq!(refused(input), None, "{input}");
        }
        let cases = [
            ("", PasswordError::TooShort { min: 12, actual: 0 }),
            ("tr0ub4dor&3", PasswordError::TooShort { min: 12, actual: 11 }),
            // Six letters with an accent each, however they were typed.
            ("e\u{301}a\u{301}o\u{301}u\u{301}i\u{301}e\u{301}", PasswordError::TooShort { min: 12, actual: 6 }),
            (&format!("{longest}x"), PasswordError::TooLong { max: 128, actual: 129 }),
            (&"x\u{316}".repeat(2000), PasswordError::TooLong { max: 128, actual: 4000 }),
            ("copper kettle\n", PasswordError::ControlCharacter),
            ("copper\tkettle on", PasswordError::ControlCharacter),
            ("copper kettle\u{2028}", PasswordError::ControlCharacter),
            ("copper\u{202e} kettle", PasswordError::ControlCharacter),
        ];
        for (input, error) in cases {
            assert_eq!(refused(input), Some(error), "{input:?}");
        }
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        use PasswordError::{Common, Name, Pattern};
        let cases = [
            ("password1234", Common),
            ("PassWord-1234!", Common),
            ("Correct Horse Battery Staple", Common),
            ("1qaz@WSX3edc", Common),
            ("contrasen\u{303}a123", Common),
            ("            ", Pattern),
            ("aaaaaaaaaaaaa", Pattern),
            ("aaaabbbb dddd", Pattern),
            ("passwordPassword", Pattern),
            ("dave!dave!dave!da", Pattern),
            ("123456789012345", Pattern),
            ("9876543210987", Pattern),
            ("abcdefghijklmnopqrstuvwxyz", Pattern),
            ("αβγδεζηθικλμ", Pattern),
            ("BartSimpsonBartSimpson", Pattern),
            ("Bart Simpson Bart Simpson", Name),
            ("bart.simpson1990", Name),
            ("!! bartsimpson !!", Name),
        ];
        for (input, error) in cases {
            assert_eq!(refused(input), Some(error), "{input}");
        }
        for input in ["bart simpson's skateboard", "horse correct staple", "aaaaaaaabcde", "123456789123x"] {
            assert_eq!(refused(input), None, "{input}");
        }
    }

    #[test]
    fn a_short_name_or_one_without_letters_forbids_nothing() {
        for name in ["👻", "a", "op", "!!!"] {
            assert!(Password::parse("o p a o p a x !!! q 👻", &StaffName::parse(name).unwrap()).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_list_of_common_passwords_is_in_order_and_says_nothing_twice() {
        let common: Vec<&str> = COMMON.lines().collect();
        assert!(common.len() > 200 && common.is_sorted_by(|one, other| one < other));
        for password in common {
            assert_eq!(password.to_lowercase(), password);
            assert_eq!(refused(password), Some(PasswordError::Common), "{password}");
            let bare = letters_and_digits(password);
            let is_needed = bare.as_str() == password || !is_common(&bare);
            assert!(is_needed, "{password} is found without its signs");
        }
    }

    #[test]
    fn a_password_is_known_again_in_any_form_of_its_characters() {
        let hash = PasswordHash::of(&read("Kühler Kakao im Café").unwrap(), [7; 16]).unwrap();
        assert!(hash.as_str().starts_with(CURRENT) && !hash.needs_rehash());
        assert!(hash.verify("Kühler Kakao im Café"));
        assert!(hash.verify("Ku\u{308}hler\u{a0}Kakao im\u{3000}Cafe\u{301}"));
        let too_long = "x".repeat(MAX_TYPED_BYTES + 1);
        for typed in ["", "kühler Kakao im Café", "Kühler Kakao im Café ", too_long.as_str()] {
            assert!(!hash.verify(typed), "{typed}");
        }
        let stored = PasswordHash::from_stored(hash.as_str().to_owned());
        assert_eq!(stored, hash);
    }

    #[test]
    fn equal_passwords_have_different_hashes() {
        let password = read(GOOD).unwrap();
        assert_ne!(PasswordHash::of(&password, [1; 16]), PasswordHash::of(&password, [2; 16]));
    }

    #[test]
    fn a_hash_of_other_parameters_is_verified_with_them_and_made_anew() {
        let cheaper: phc::PasswordHash =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap())
                .hash_password_with_salt(GOOD.as_bytes(), &[7; 16])
                .unwrap();
        let cheaper = PasswordHash::from_stored(cheaper.to_string());
        assert!(cheaper.verify(GOOD) && cheaper.needs_rehash());
    }

    #[test]
    fn nobody_has_the_dummy_and_it_takes_the_same_work() {
        let dummy = PasswordHash::dummy();
        assert!(!dummy.verify(GOOD) && !dummy.verify(""));
        assert!(!dummy.needs_rehash());
        let (dummy, real) = (dummy.0, PasswordHash::of(&read(GOOD).unwrap(), [7; 16]).unwrap().0);
        assert_eq!(dummy.len(), real.len());
        assert!(phc::PasswordHash::new(&dummy).is_ok());
    }

    #[test]
    fn a_broken_hash_lets_nobody_in() {
        for stored in ["", "$", "$argon2id$v=19$m=19456,t=2,p=1$", "$2b$12$abcdefghijklmnopqrstuv", GOOD] {
            let hash = PasswordHash::from_stored(stored.to_owned());
            assert!(!hash.verify(GOOD) && !hash.verify("") && !hash.verify(stored), "{stored}");
        }
    }

    #[test]
    fn passwords_and_their_hashes_are_not_shown_by_accident() {
        let (password, hash) = (read(GOOD).unwrap(), PasswordHash::dummy());
        assert_eq!(format!("{password:?} {hash:?}"), "Password(…) PasswordHash(…)");
    }

    proptest! {
        #[test]
        fn what_is_accepted_keeps_to_the_rules(input in "\\PC{0,140}|[ab]{12}|.{0,200}") {
            if let Ok(password) = read(&input) {
                prop_assert!((12..=128).contains(&password.0.chars().count()));
                prop_assert!(!password.0.chars().any(char::is_control));
                prop_assert!(read(&password.0).is_ok(), "what was accepted is accepted in its own form");
            }
        }
    }
}
