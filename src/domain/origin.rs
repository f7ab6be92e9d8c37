//! Web origins (RFC 6454), and the patterns by which a site says which of them may write.

use std::fmt;
use std::net::Ipv4Addr;

use url::Url;

/// The origin of a page: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads an `Origin` header or the origin part of an address; `None` for `null`, for other schemes than http and
    /// https, and for anything with a path, a query or a user.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.ends_with('/');
        if bare { Self::of(&url) } else { None }
    }

    /// The origin of an http or https address.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = url.host_str()?.trim_end_matches('.').to_owned();
        Some(Self { scheme: url.scheme().to_owned(), host, port: url.port_or_known_default()? })
    }

    /// Whether this is the origin of the server that was asked as `host` (the `Host` header: name and perhaps port).
    #[must_use]
    pub fn is_served_by(&self, host: &str) -> bool {
        Self::parse(&format!("{}://{host}", self.scheme)).is_some_and(|own| own == *self)
    }
}

impl Origin {
    /// Whether this is the very machine that the service runs on, and so nobody else's.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let is_loopback = |host: &str| host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
        matches!(self.host.as_str(), "localhost" | "[::1]") || is_loopback(&self.host)
    }

    /// Whether nothing in it means anything to a shell, so that it can be named in a command that is there to be copied.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.to_string().bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default_port = if self.scheme == "https" { 443 } else { 80 };
        write!(f, "{}://{}", self.scheme, self.host)?;
        if self.port == default_port { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// An origin that a site allows: exact, with `*.` for one label before the host, or with `:*` for any port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginPattern {
    text: String,
    origin: Origin,
    one_label_before: bool,
    any_port: bool,
}

impl OriginPattern {
    /// Reads `https://example.com`, `https://*.example.com` or `http://localhost:*`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, any_port) = text.strip_suffix(":*").map_or((text, false), |rest| (rest, true));
        let (scheme, host) = rest.split_once("://")?;
        let (host, one_label_before) = host.strip_prefix("*.").map_or((host, false), |host| (host, true));
        let origin = Origin::parse(&format!("{scheme}://{host}"))?;
        // A wildcard below nothing but a top-level name would allow half the web.
        let too_wide = one_label_before && !origin.host.contains('.');
        let wildcard_left = host.contains('*');
        if too_wide || wildcard_left {
            return None;
        }
        Some(Self { text: text.to_owned(), origin, one_label_before, any_port })
    }

    /// Whether the pattern allows `origin`.
    #[must_use]
    pub fn allows(&self, origin: &Origin) -> bool {
        let host = if self.one_label_before {
            match origin.host.split_once('.') {
                Some((label, rest)) if !label.is_empty() => rest,
                _ => return false,
            }
        } else {
            origin.host.as_str()
        };
        origin.scheme == self.origin.scheme
            && host == self.origin.host
            && (self.any_port || origin.port == self.origin.port)
    }

    /// Whether the pattern stands for this very machine, as a developer's page does.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.origin.is_local()
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_allows_exactly_its_origins() {
        let cases = [
            ("https://example.com", "https://example.com", true),
            ("https://example.com", "https://example.com:443", true),
            ("https://example.com", "https://EXAMPLE.com", true),
            ("https://example.com", "https://example.com:8443", false),
            ("https://example.com", "http://example.com", false),
            ("https://example.com", "https://example.com.evil.test", false),
            ("https://example.com", "https://notexample.com", false),
            ("https://example.com", "https://www.example.com", false),
            ("https://*.example.com", "https://www.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://a.b.example.com", false),
            ("https://*.example.com", "https://evilexample.com", false),
            ("http://localhost:*", "http://localhost:3000", true),
            ("http://localhost:*", "http://localhost", true),
            ("http://localhost:*", "http://localhost.evil.test:3000", false),
            ("http://[::1]:*", "http://[::1]:8080", true),
            ("https://bücher.example", "https://xn--bcher-kva.example", true),
        ];
        for (pattern, origin, allowed) in cases {
            let verdict = OriginPattern::parse(pattern).zip(Origin::parse(origin)).map(|(p, o)| p.allows(&o));
            assert_eq!(verdict, Some(allowed), "{pattern} and {origin}");
        }
    }

    #[test]
    fn an_origin_is_local_if_no_other_machine_can_be_behind_it() {
        let cases = [
            ("http://localhost:8080", true),
            ("http://LOCALHOST.", true),
            ("http://127.0.0.1", true),
            ("http://127.1:3000", true),
            ("https://127.200.3.4", true),
            ("http://[::1]:8080", true),
            ("http://128.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://[::2]", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost.evil.example", false),
            ("http://evil.example", false),
        ];
        for (text, is_local) in cases {
            assert_eq!(Origin::parse(text).map(|origin| origin.is_local()), Some(is_local), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_not_read() {
        for text in [
            "null",
            "",
            "example.com",
            "https://",
            "https://a.test/",
            "https://a.test/x",
            "https://u@a.test",
            "ftp://a.test",
            "file:///x",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
        for text in ["*", "https://*", "https://*.com", "https://a.*.test", "https://**.a.test", "null"] {
            assert_eq!(OriginPattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_server_knows_its_own_origin() {
        let cases = [
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("https://comments.example", "comments.example", true),
            ("https://comments.example", "comments.example:443", true),
            ("https://comments.example", "comments.example:80", false),
            ("https://evil.test", "comments.example", false),
        ];
        for (origin, host, own) in cases {
            assert_eq!(Origin::parse(origin).map(|origin| origin.is_served_by(host)), Some(own), "{origin} at {host}");
        }
    }
}
