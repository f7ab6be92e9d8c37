//! Where the service itself is, as its clients know it.

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HOST, HeaderMap, HeaderName};

use super::address::is_trusted_peer;
use crate::config::Network;
use crate::domain::origin::Origin;

/// The origin that the client asked: the name of the `Host` header, by http or by what a trusted proxy says it was asked by.
/// `None` for a name that is none.
#[must_use]
pub fn own_origin(request: &HttpRequest, trusted: &[Network]) -> Option<Origin> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let scheme = if is_trusted_peer(request, trusted) { told_scheme(request.headers()) } else { None };
    Origin::parse(&format!("{}://{host}", scheme.unwrap_or("http")))
}

/// What the nearest proxy says; anything that stands before that is the client's own word.
fn told_scheme(headers: &HeaderMap) -> Option<&'static str> {
    let last = |name: &HeaderName| {
        let line = headers.get_all(name).last()?.to_str().ok()?;
        Some(line.rsplit(',').next()?.trim().to_owned())
    };
    let forwarded = last(&FORWARDED).and_then(|element| {
        let parameters = element.split(';').filter_map(|parameter| parameter.trim().split_once('='));
        let mut protos = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("proto"));
        protos.next().map(|(_, value)| value.trim_matches('"').to_owned())
    });
    let told = last(&HeaderName::from_static("x-forwarded-proto")).or(forwarded)?;
    ["https", "http"].into_iter().find(|scheme| told.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_scheme_is_what_the_nearest_proxy_says() {
        let cases = [
            ("", "", None),
            ("https", "", Some("https")),
            ("HTTPS", "", Some("https")),
            ("http, https", "", Some("https")),
            ("javascript", "", None),
            ("", "for=192.0.2.1;proto=https", Some("https")),
            ("", "for=192.0.2.1;proto=http, for=192.0.2.2;Proto=\"https\"", Some("https")),
            ("", "for=192.0.2.1", None),
            ("http", "proto=https", Some("http")),
        ];
        for (x_forwarded_proto, forwarded, scheme) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in [("x-forwarded-proto", x_forwarded_proto), ("forwarded", forwarded)] {
                if !value.is_empty() {
                    headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
            }
            assert_eq!(told_scheme(&headers), scheme, "{x_forwarded_proto} {forwarded}");
        }
    }
}
