//! Staff at a browser: signing in, the cookie of a session, and the app that makes codes.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;

use crate::answer::Answer;
use crate::client::{Client, Request};
use crate::world::World;

/// A good password.
pub(crate) const PASSWORD: &str = "copper kettle on the moor";

/// A browser with a page of the service in it.
pub(crate) fn page(world: &World) -> Client {
    world.reader().with_header("sec-fetch-site", "same-origin").with_header("user-agent", "Netscape/4")
}

/// Tries to sign in from a page of the service.
pub(crate) fn sign_in(world: &World, typed: &Value) -> Request {
    page(world).admin(Method::POST, "session").json(typed)
}

/// The value of the cookie that an answer sets.
#[track_caller]
pub(crate) fn cookie(answer: &Answer) -> String {
    let header = answer.required_header("set-cookie");
    header.split(';').next().unwrap().to_owned()
}

/// The browser in which somebody signed in.
#[track_caller]
pub(crate) fn signed_in(world: &World, answer: Answer) -> Client {
    let answer = answer.with_status(200);
    page(world).with_header("cookie", &cookie(&answer))
}

/// A browser in which somebody signed in by their token.
pub(crate) async fn enter(world: &World, member: &Client) -> Client {
    signed_in(world, sign_in(world, &json!({"token": member.token()})).await)
}

/// The same, and they have set [`PASSWORD`] as their password.
pub(crate) async fn enter_with_password(world: &World, member: &Client) -> Client {
    let browser = enter(world, member).await;
    browser.admin(Method::PUT, "me/password").json(&json!({"new_password": PASSWORD})).await.with_status(204);
    browser
}

/// What somebody types who has a password, and perhaps a code.
pub(crate) fn typed(name: &str, code: Option<&str>) -> Value {
    match code {
        None => json!({"name": name, "password": PASSWORD}),
        Some(code) => json!({"name": name, "password": PASSWORD, "code": code}),
    }
}

/// An authenticator app that was given a secret (RFC 6238), written without a look at the service's own.
pub(crate) struct Authenticator(Vec<u8>);

impl Authenticator {
    pub(crate) fn with_secret(base32: &str) -> Self {
        Self(BASE32_NOPAD.decode(base32.as_bytes()).unwrap())
    }

    /// The code that it shows now.
    pub(crate) fn code(&self, world: &World) -> String {
        let counter = u64::try_from(world.now_seconds() / 30).unwrap();
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&counter.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 15);
        let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

/// Sets up a second factor in this browser; the app, and the recovery codes.
pub(crate) async fn add_second_factor(world: &World, browser: &Client) -> (Authenticator, Vec<String>) {
    let begun = browser.admin(Method::POST, "me/totp").await.ok();
    let app = Authenticator::with_secret(begun["secret"].as_str().unwrap());
    let confirmed = browser.admin(Method::PUT, "me/totp").json(&json!({"code": app.code(world)})).await.ok();
    let recovery = confirmed["recovery_codes"].as_array().unwrap();
    (app, recovery.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}
