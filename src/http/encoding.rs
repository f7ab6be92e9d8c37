//! Compressed answers: which coding a client likes best, and how bytes are brought into it.

use std::io::{self, Write as _};

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, VARY};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, http::StatusCode};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this many bytes the head of an answer is longer than what compressing its body saves.
pub const MIN_COMPRESSED_BYTES: usize = 512;
/// How hard brotli tries, from 0 to 11: beyond this it takes many times as long for some per cent.
const BROTLI_QUALITY: i32 = 5;
/// The smallest and the largest window of brotli (RFC 7932, section 9.1), as powers of two: memory goes by it.
const BROTLI_WINDOWS: std::ops::RangeInclusive<u32> = 16..=22;

/// A content coding (RFC 9110, section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// Those that compress, the best first.
    pub const COMPRESSING: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let is_named = |coding: &Self| name.eq_ignore_ascii_case(coding.name());
        let older = name.eq_ignore_ascii_case("x-gzip").then_some(Self::Gzip);
        [Self::Identity, Self::Gzip, Self::Brotli].into_iter().find(is_named).or(older)
    }

    /// Brings bytes into this coding.
    ///
    /// # Errors
    /// None but a defect: memory takes any writing.
    pub fn encode(self, body: &[u8]) -> io::Result<Bytes> {
        match self {
            Self::Identity => Ok(Bytes::copy_from_slice(body)),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
                encoder.write_all(body)?;
                Ok(encoder.finish()?.into())
            }
            Self::Brotli => {
                let window = usize::BITS.saturating_sub(body.len().leading_zeros());
                let window = window.clamp(*BROTLI_WINDOWS.start(), *BROTLI_WINDOWS.end());
                let params = BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    lgwin: i32::try_from(window).unwrap_or(22),
                    size_hint: body.len(),
                    ..BrotliEncoderParams::default()
                };
                let mut encoded = Vec::with_capacity(body.len() / 4);
                brotli::BrotliCompress(&mut &*body, &mut encoded, &params)?;
                Ok(encoded.into())
            }
        }
    }
}

/// Which of the offered codings the client likes best (RFC 9110, section 12.5.3); of those it likes alike, the first. Without
/// the header, none.
#[must_use]
pub fn preferred(headers: &HeaderMap, offered: &[Coding]) -> Coding {
    let mut listed: Vec<(Coding, f32)> = Vec::new();
    let mut any = None;
    let lines = headers.get_all(ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    for coding in lines.flat_map(|line| line.split(',')) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
        let weight = weight.map_or(1.0, |(_, q)| q.trim().parse().unwrap_or(0.0));
        if name == "*" {
            any = Some(weight);
        } else if let Some(coding) = Coding::from_name(name) {
            listed.push((coding, weight));
        }
    }
    let named = |coding| listed.iter().find(|(listed, _)| *listed == coding).map(|(_, weight)| *weight);
    let mut best = (Coding::Identity, named(Coding::Identity).unwrap_or(0.0));
    for coding in offered.iter().copied() {
        let weight = named(coding).or(any).unwrap_or(0.0);
        if weight > best.1 || (weight > 0.0 && best.0 == Coding::Identity && weight >= best.1) {
            best = (coding, weight);
        }
    }
    best.0
}

/// Notes on an answer how it is encoded, and that others may get it otherwise.
pub fn note(response: &mut HttpResponse, coding: Coding) {
    let has_body = response.status() == StatusCode::OK;
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if coding != Coding::Identity && has_body {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_client_gets_the_coding_that_it_likes_best() {
        let both = Coding::COMPRESSING;
        let cases: [(&str, &[Coding], Coding); 19] = [
            ("gzip", &[Coding::Gzip], Coding::Gzip),
            ("gzip, deflate, br, zstd", &both, Coding::Brotli),
            ("gzip, deflate, br, zstd", &[Coding::Gzip], Coding::Gzip),
            ("br;q=1.0, GZIP;q=0.8, *;q=0.1", &both, Coding::Brotli),
            ("br;q=0.5, gzip;q=0.8", &both, Coding::Gzip),
            ("x-gzip", &both, Coding::Gzip),
            ("*", &both, Coding::Brotli),
            ("gzip;q=0", &both, Coding::Identity),
            ("br;q=0, *", &both, Coding::Gzip),
            ("gzip;q=0, *", &[Coding::Gzip], Coding::Identity),
            ("*;q=0", &both, Coding::Identity),
            ("identity", &both, Coding::Identity),
            ("identity, gzip;q=0.5", &both, Coding::Identity),
            ("identity;q=0.5, gzip", &both, Coding::Gzip),
            ("identity, gzip", &both, Coding::Gzip),
            ("gzip;q=x", &both, Coding::Identity),
            ("gzipped", &both, Coding::Identity),
            ("deflate", &both, Coding::Identity),
            ("", &both, Coding::Identity),
        ];
        for (accept, offered, coding) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(preferred(&headers, offered), coding, "{accept}");
        }
        assert_eq!(preferred(&HeaderMap::new(), &both), Coding::Identity);
    }

    #[test]
    fn what_was_encoded_can_be_decoded() {
        for body in [&b""[..], b"a", &b"[1,2,3]".repeat(100_000)] {
            let gzip = Coding::Gzip.encode(body).unwrap();
            let mut decoded = Vec::new();
            flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut decoded).unwrap();
            assert_eq!(decoded, body);
            let mut decoded = Vec::new();
            brotli::BrotliDecompress(&mut &*Coding::Brotli.encode(body).unwrap(), &mut decoded).unwrap();
            assert_eq!(decoded, body);
        }
    }
}
