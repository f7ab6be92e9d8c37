//! The second factor of a member of staff: codes that change every 30 seconds (RFC 6238), and codes for the day when
//! the device is lost.
//!
//! Twenty lines over `hmac` and `sha1`, which are given the time; a crate for it would bring a clock and a parser of its
//! own. Must not read the time or know whose secret it is.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::time::Timestamp;

/// How long one code is shown, in milliseconds.
const STEP_MILLISECONDS: i64 = 30_000;
/// The digits of a code.
const DIGITS: usize = 6;
/// One more than the largest code.
const CODES: u32 = 1_000_000;

/// What an address may hold as it is (RFC 3986, section 2.3). A space becomes `%20`: authenticators show a `+`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the service and the device of a member of staff both know: 20 random bytes, as RFC 4226 advises.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// The secret made of these random bytes, or read back from the store.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The bytes that the store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The secret as people type it into a device: 32 characters of base32 (RFC 4648, section 6).
    #[must_use]
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The address in the QR code from which a device takes the secret. A colon, which divides the two names there, is
    /// left out of both.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let escaped = |name: &str| utf8_percent_encode(&name.replace(':', ""), ESCAPED).to_string();
        let (issuer, account) = (escaped(issuer), escaped(account));
        let secret = self.base32();
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
    }

    /// The step whose code this is: the current one, the one before or the one after, and later than `last_step`, the
    /// step whose code was accepted last, so that a code that was seen over a shoulder can't be used again. `None` for
    /// any other code.
    ///
    /// White space in the code is passed over; devices show some.
    #[must_use]
    pub fn accept(&self, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
        let typed: String = code.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect();
        let current = now.milliseconds().div_euclid(STEP_MILLISECONDS);
        let mut accepted = None;
        for step in [current.saturating_add(1), current, current.saturating_sub(1)] {
            let is_match = self.code(step)?.as_bytes().ct_eq(typed.as_bytes());
            if bool::from(is_match) && step > last_step {
                accepted = Some(step);
            }
        }
        accepted
    }

    /// The code of a step (RFC 4226, section 5.3); `None` before 1970.
    fn code(&self, step: i64) -> Option<String> {
        let counter = u64::try_from(step).ok()?;
        let mac = Hmac::<Sha1>::new_from_slice(&self.0).ok()?;
        let mac = mac.chain_update(counter.to_be_bytes()).finalize().into_bytes();
        let offset = usize::from(mac.last()? & 0xf);
        let word = mac.get(offset..)?.first_chunk()?;
        let code = (u32::from_be_bytes(*word) & 0x7fff_ffff) % CODES;
        Some(format!("{code:0DIGITS$}"))
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// What stands in for a code when the device is lost, once: 80 random bits, shown as four groups of base32.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode([u8; 10]);

impl RecoveryCode {
    /// How many a member of staff is given.
    pub const COUNT: usize = 10;

    /// The codes made of these random bytes.
    #[must_use]
    pub fn set(random: [[u8; 10]; Self::COUNT]) -> [Self; Self::COUNT] {
        random.map(Self)
    }

    /// Reads a code as somebody typed it from paper, in any case, with or without dashes and spaces; `None` if it is no
    /// code of this form.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let is_filling = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let code: String = typed.chars().filter(|c| !is_filling(*c)).take(17).collect();
        let bytes = BASE32_NOPAD.decode(code.to_ascii_uppercase().as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The code as it is shown, once: `xxxx-xxxx-xxxx-xxxx`. Not `Display`, so that no code is logged by accident.
    #[must_use]
    pub fn reveal(&self) -> String {
        let mut shown = String::with_capacity(19);
        for (index, character) in BASE32_NOPAD.encode(&self.0).chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                shown.push('-');
            }
            shown.push(character.to_ascii_lowercase());
        }
        shown
    }

    /// The hash that the store keeps: SHA-256. The code is random, so it needs no salt.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The secret of the test vectors: RFC 6238, appendix B.
    const SECRET: TotpSecret = TotpSecret::from_bytes(*b"12345678901234567890");

    /// The vectors, of whose eight digits ours are the last six: seconds since 1970, step, code.
    const VECTORS: [(i64, i64, &str); 6] = [
        (59, 0x1, "287082"),
        (1_111_111_109, 0x023_523ec, "081804"),
        (1_111_111_111, 0x023_523ed, "050471"),
        (1_234_567_890, 0x273_ef07, "005924"),
        (2_000_000_000, 0x3f9_40aa, "279037"),
        (20_000_000_000, 0x27bc_86aa, "353130"),
    ];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_milliseconds(seconds * 1000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, step, code) in VECTORS {
            assert_eq!(SECRET.accept(code, at(seconds), 0), Some(step), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_in_its_step_and_in_the_two_beside_it() {
        let (step, code) = (1_111_111_110 / 30, "050471");
        let cases = [(-31, None), (-30, Some(step)), (0, Some(step)), (29, Some(step)), (59, Some(step)), (60, None)];
        for (seconds, accepted) in cases {
            assert_eq!(SECRET.accept(code, at(step * 30 + seconds), 0), accepted, "{seconds} s after the step began");
        }
    }

    #[test]
    fn a_code_is_good_once_and_no_older_one_after_it() {
        let now = at(1_111_111_111);
        let (before, current) = ("081804", "050471");
        let step = SECRET.accept(current, now, 0).unwrap();
        assert_eq!(SECRET.accept(current, now, step), None);
        assert_eq!(SECRET.accept(before, now, step), None);
        assert_eq!(SECRET.accept(before, now, step - 2), Some(step - 1));
    }

    #[test]
    fn white_space_in_a_code_is_passed_over_and_nothing_else() {
        let now = at(1_111_111_111);
        for code in ["050 471", " 050471\n", "050\u{a0}471"] {
            assert!(SECRET.accept(code, now, 0).is_some(), "{code:?}");
        }
        for code in ["", "50471", "0050471", "050471 0", "05047", "050-471", "050472", "٠٥٠٤٧١", "+50471"] {
            assert_eq!(SECRET.accept(code, now, 0), None, "{code:?}");
        }
        assert_eq!(SECRET.accept("050471", at(-90), i64::MIN), None, "there are no codes before 1970");
    }

    #[test]
    fn a_device_takes_the_secret_from_an_address() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(SECRET.base32(), secret);
        let rest = "&algorithm=SHA1&digits=6&period=30";
        let cases = [
            ("Rejoinder", "dave", "Rejoinder:dave?", "Rejoinder"),
            ("The Daily Bugle", "J. Jonah", "The%20Daily%20Bugle:J.%20Jonah?", "The%20Daily%20Bugle"),
            ("a:b", "c:d", "ab:cd?", "ab"),
            ("A&B=C", "é/?#%+@", "A%26B%3DC:%C3%A9%2F%3F%23%25%2B%40?", "A%26B%3DC"),
        ];
        for (issuer, account, label, parameter) in cases {
            let expected = format!("otpauth://totp/{label}secret={secret}&issuer={parameter}{rest}");
            assert_eq!(SECRET.uri(issuer, account), expected);
        }
    }

    #[test]
    fn secrets_of_the_second_factor_are_not_shown_by_accident() {
        let [code, ..] = RecoveryCode::set([[7; 10]; 10]);
        assert_eq!(format!("{SECRET:?} {code:?}"), "TotpSecret(…) RecoveryCode(…)");
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let [code, ..] = RecoveryCode::set([*b"0123456789"; 10]);
        assert_eq!(code.reveal(), "gayt-emzu-gu3d-oobz");
        for typed in [
            "gayt-emzu-gu3d-oobz",
            "GAYT-EMZU-GU3D-OOBZ",
            "gaytemzugu3doobz",
            " Gayt emzu\tgu3d–oobz\n",
            "g-a-y-t e-m-z-u g-u-3-d o-o-b-z",
        ] {
            assert_eq!(RecoveryCode::parse(typed), Some(code.clone()), "{typed:?}");
        }
        for typed in ["", "gayt-emzu-gu3d", "gayt-emzu-gu3d-oobz-a", "gayt-emzu-gu3d-oob1", "gayt_emzu_gu3d_oobz"] {
            assert_eq!(RecoveryCode::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn recovery_codes_are_found_by_their_hash() {
        let codes = RecoveryCode::set(std::array::from_fn(|index| [u8::try_from(index).unwrap(); 10]));
        let hashes: std::collections::HashSet<_> = codes.iter().map(RecoveryCode::hash).collect();
        assert_eq!(hashes.len(), RecoveryCode::COUNT);
        assert!(codes.iter().all(|code| RecoveryCode::parse(&code.reveal()).unwrap().hash() == code.hash()));
    }

    proptest! {
        #[test]
        fn any_text_is_a_wrong_code_or_the_right_one(code in "\\PC{0,12}|[0-9 ]{6,8}", milliseconds in any::<i64>()) {
            let now = Timestamp::from_milliseconds(milliseconds);
            if let Some(step) = SECRET.accept(&code, now, -1) {
                prop_assert!((step - milliseconds.div_euclid(30_000)).abs() <= 1);
                prop_assert_eq!(SECRET.accept(&code, now, step + 1), None);
            }
        }

        #[test]
        fn a_recovery_code_has_one_meaning(typed in "\\PC{0,24}|[a-zA-Z2-7 -]{16,22}", bytes in any::<[u8; 10]>()) {
            if let Some(code) = RecoveryCode::parse(&typed) {
                prop_assert_eq!(RecoveryCode::parse(&code.reveal()), Some(code));
            }
            let code = RecoveryCode(bytes);
            prop_assert_eq!(RecoveryCode::parse(&code.reveal()), Some(code));
        }
    }
}
