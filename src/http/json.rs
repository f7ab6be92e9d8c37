//! Reading a JSON body: bounded in size, depth and time, each member once, and every mistake with its place.

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use super::error::ApiError;
use super::protocol::Protocol;
use super::shape::{Fault, Part, ShapeError};

/// The most bytes of a request body.
pub const MAX_BYTES: u64 = 262_144;
/// The deepest nesting of a request body.
pub const MAX_DEPTH: u64 = 32;

/// Reads the body of a request as a `T`, and gives back its bytes too.
///
/// # Errors
/// 415 when it isn't JSON by its own account, 408 when it doesn't arrive within `deadline`, 413 over [`MAX_BYTES`], 400 when
/// it is no JSON, 422 when it is no `T`.
pub async fn read<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
    deadline: Duration,
) -> Result<(T, Bytes), ApiError> {
    if !is_json(request) {
        return Err(Protocol::UnsupportedMediaType.into());
    }
    let body = collect_within(payload, deadline).await?;
    let text = std::str::from_utf8(&body).map_err(|_error| Protocol::InvalidEncoding)?;
    let value = parse(text)?;
    Ok((from_value(&value)?, body))
}

/// Reads a member that has one of these names as its value.
///
/// # Errors
/// `invalid_value`.
pub fn named<T>(
    pointer: &'static str,
    text: &str,
    known: &[&str],
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, ApiError> {
    read(text).ok_or_else(|| invalid(pointer, format!("This must be one of: {}.", known.join(", "))))
}

/// The error of a member whose value isn't of the right form.
#[must_use]
pub fn invalid(pointer: &'static str, detail: impl Into<String>) -> ApiError {
    fault(pointer, Fault::InvalidValue, detail)
}

/// The error of one member.
#[must_use]
pub fn fault(pointer: &'static str, fault: Fault, detail: impl Into<String>) -> ApiError {
    let error = ShapeError { part: Part::Body, pointer: pointer.to_owned(), fault, detail: detail.into() };
    ApiError::Shape(vec![error])
}

fn is_json(request: &HttpRequest) -> bool {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some((essence, parameters)) = header.map(|value| value.split_once(';').unwrap_or((value, ""))) else {
        return false;
    };
    let parameters = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let encoded = request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    !encoded
        && essence.trim().eq_ignore_ascii_case("application/json")
        && parameters
            .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
            .all(|(_, value)| value.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// Reads a body, whatever it is.
///
/// # Errors
/// 408 when it doesn't arrive within `deadline`, 413 over [`MAX_BYTES`].
pub async fn collect_within(payload: Payload, deadline: Duration) -> Result<Bytes, ApiError> {
    let body = tokio::time::timeout(deadline, collect(payload)).await;
    body.map_err(|_elapsed| Protocol::RequestTimeout)?
}

async fn collect(mut payload: Payload) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_error| Protocol::BadRequest)?;
        let length = u64::try_from(body.len().saturating_add(chunk.len())).unwrap_or(u64::MAX);
        if length > MAX_BYTES {
            return Err(Protocol::ContentTooLarge { max: MAX_BYTES }.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Reads a body of at most [`MAX_BYTES`] that nobody looks at, as far as it arrives within `deadline`.
pub async fn discard_within(mut payload: Payload, deadline: Duration) {
    let discard = async {
        let mut left = MAX_BYTES;
        while let Some(Ok(chunk)) = payload.next().await {
            let Some(less) = left.checked_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX)) else { break };
            left = less;
        }
    };
    // What hasn't come by then closes the connection.
    _ = tokio::time::timeout(deadline, discard).await;
}

/// Parses JSON, and refuses what a parser may pass over: a member that stands there twice, nesting without end.
fn parse(text: &str) -> Result<Value, ApiError> {
    let fault = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Strict { depth: 0, fault: &fault };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| match fault.take() {
        Some(fault) => ApiError::Protocol(fault),
        None => ApiError::Protocol(Protocol::InvalidJson(error.to_string())),
    })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: u64,
    fault: &'a RefCell<Option<Protocol>>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.stop(Protocol::JsonTooDeep { max: MAX_DEPTH }));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn stop<E: serde::de::Error>(self, fault: Protocol) -> E {
        self.fault.replace(Some(fault));
        E::custom("stopped")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.contains_key(&name) {
                return Err(self.stop(Protocol::DuplicateMember(shortened(&name))));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(Node(value)).map_err(|error| {
        let pointer = pointer(error.path());
        ApiError::Shape(vec![error.into_inner().at(pointer)])
    })
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => escape(key),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

/// A name that the client made up, as far as an answer repeats it.
fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

fn escape(member: &str) -> String {
    format!("/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// What a type has to say about a value that doesn't fit it.
#[derive(Debug)]
struct Misfit {
    fault: Fault,
    detail: String,
    member: Option<String>,
}

impl Misfit {
    fn at(self, mut pointer: String) -> ShapeError {
        if let Some(member) = &self.member {
            let last = escape(member);
            // The path of an unknown member may or may not end in its name.
            let is_there = pointer.rsplit('/').next().is_some_and(|end| format!("/{end}").starts_with(&last));
            if self.fault == Fault::UnknownField && is_there {
                let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
                pointer = format!("{parent}{last}");
            } else {
                pointer.push_str(&last);
            }
        }
        ShapeError { part: Part::Body, pointer, fault: self.fault, detail: self.detail }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Misfit {}

impl serde::de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { fault: Fault::InvalidValue, detail: message.to_string(), member: None }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // The value itself may be long, and is the client's own.
        let found = match found {
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
            Unexpected::Float(_) => "a number",
            Unexpected::Str(_) => "a string",
            Unexpected::Unit | Unexpected::Option => "null",
            Unexpected::Seq => "an array",
            _ => "an object",
        };
        let detail = format!("This is {found}, and must be {}.", plain_name(&expected.to_string()));
        Self { fault: Fault::WrongType, detail, member: None }
    }

    fn invalid_value(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let detail = format!("This must be {}.", plain_name(&expected.to_string()));
        Self { fault: Fault::InvalidValue, detail, member: None }
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        let detail = format!("This must be one of: {}.", expected.join(", "));
        Self { fault: Fault::InvalidValue, detail, member: None }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let detail = format!("`{}` is not known here. Known are: {}.", shortened(field), expected.join(", "));
        Self { fault: Fault::UnknownField, detail, member: Some(shortened(field)) }
    }

    fn missing_field(field: &'static str) -> Self {
        let detail = format!("The member `{field}` is missing.");
        Self { fault: Fault::MissingField, detail, member: Some(field.to_owned()) }
    }
}

/// What a client calls a thing, not what this program does.
fn plain_name(expected: &str) -> String {
    let known = [("struct", "an object"), ("sequence", "an array"), ("i64", "an integer"), ("unit", "null")];
    let known = known.iter().find(|(word, _)| expected.contains(word));
    known.map_or_else(|| expected.to_owned(), |(_, name)| (*name).to_owned())
}

/// A JSON value that can be read as any type, with [`Misfit`] for what doesn't fit.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Value);

impl<'a> IntoDeserializer<'a, Misfit> for Node<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                // JSON has one kind of number: 1.0 is the integer 1.
                (.., Some(value)) => match whole(value) {
                    Some(value) => visitor.visit_i64(value),
                    None => visitor.visit_f64(value),
                },
                _ => Err(Misfit::custom("This number is out of range.")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter().map(Node));
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.as_str(), Node(value)));
                visitor.visit_map(MapDeserializer::new(members))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    // An array must not pass for an object whose members it lists in order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if self.0.is_array() {
            return Err(Misfit::invalid_type(Unexpected::Seq, &"an object"));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// The integer that a number is, if it is one.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = value.fract() == 0.0 && value.abs() <= EXACT;
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    is_whole.then_some(value as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<i64>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        number: i64,
    }

    fn read_text(text: &str) -> Result<Outer, ApiError> {
        from_value(&parse(text)?)
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let cases = [
            (r"{}", "/name", Fault::MissingField),
            (r#"{"name":1}"#, "/name", Fault::WrongType),
            (r#"{"name":null}"#, "/name", Fault::WrongType),
            (r#"{"name":"a","nam/e":1}"#, "/nam~1e", Fault::UnknownField),
            (r#"{"name":"a","inner":{}}"#, "/inner/number", Fault::MissingField),
            (r#"{"name":"a","inner":{"number":1,"x":2}}"#, "/inner/x", Fault::UnknownField),
            (r#"{"name":"a","inner":7}"#, "/inner", Fault::WrongType),
            (r#"{"name":"a","inner":{"number":1.5}}"#, "/inner/number", Fault::WrongType),
            (r#"{"name":"a","list":[1,"2"]}"#, "/list/1", Fault::WrongType),
            (r"[]", "", Fault::WrongType),
            (r#""text""#, "", Fault::WrongType),
        ];
        for (text, pointer, fault) in cases {
            match read_text(text) {
                Err(ApiError::Shape(errors)) => {
                    let found: Vec<_> =
                        errors.iter().map(|error| (error.pointer.as_str(), error.fault.clone())).collect();
                    assert_eq!(found, [(pointer, fault)], "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_parsers_pass_over_is_refused() {
        let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&deep(32)).is_ok());
        let cases = [
            (deep(33), Protocol::JsonTooDeep { max: 32 }),
            (deep(100_000), Protocol::JsonTooDeep { max: 32 }),
            (r#"{"a":1,"a":2}"#.to_owned(), Protocol::DuplicateMember("a".to_owned())),
            (r#"{"b":{"a":1,"\u0061":2}}"#.to_owned(), Protocol::DuplicateMember("a".to_owned())),
        ];
        for (text, fault) in cases {
            match parse(&text) {
                Err(ApiError::Protocol(found)) => assert_eq!(found, fault),
                other => panic!("{text:.40}: {other:?}"),
            }
        }
        for text in ["", "{", "{} x", "'a'", r#""\ud800""#, "nan", "01"] {
            assert!(matches!(parse(text), Err(ApiError::Protocol(Protocol::InvalidJson(_)))), "{text}");
        }
    }

    #[test]
    fn a_whole_number_may_be_written_as_a_decimal() {
        let read = read_text(r#"{"name":"a","inner":{"number":1.0},"list":[2e0,-3]}"#).ok();
        assert_eq!(read, Some(Outer { name: "a".to_owned(), inner: Some(Inner { number: 1 }), list: vec![2, -3] }));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = read_text(&text);
        }
    }
}
