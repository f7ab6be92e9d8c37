//! The ceiling of the load harness: the web framework with one fixed answer, whatever is asked.
//!
//! `ceiling ADDRESS WORKERS FILE` gives the answer in FILE, a whole HTTP response as it came from the service: the same
//! status, the same headers and the same bytes, without anything that the service does to make them.

use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderName, HeaderValue, TRANSFER_ENCODING};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};

/// What the framework writes by itself.
const OF_THE_FRAMEWORK: [HeaderName; 4] = [CONTENT_LENGTH, DATE, CONNECTION, TRANSFER_ENCODING];

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Answer {
    fn parse(response: &[u8]) -> Result<Self, Box<dyn Error>> {
        let end =
            response.windows(4).position(|window| window == b"\r\n\r\n").ok_or("a response without end of head")?;
        let (head, rest) = response.split_at(end);
        let mut lines = std::str::from_utf8(head)?.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("a response without status")?;
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or("a header without value")?;
            let name = HeaderName::try_from(name)?;
            if !OF_THE_FRAMEWORK.contains(&name) {
                headers.push((name, HeaderValue::try_from(value.trim())?));
            }
        }
        let body = Bytes::copy_from_slice(rest.get(4..).unwrap_or_default());
        Ok(Self { status: status.parse()?, headers, body })
    }

    fn give(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            response.append_header((name, value));
        }
        if self.body.is_empty() { response.finish() } else { response.body(self.body.clone()) }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    actix_rt::System::new().block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(workers), Some(file)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: ceiling ADDRESS WORKERS FILE".into());
    };
    let answer = Answer::parse(&std::fs::read(file)?)?;
    let app = move || {
        let answer = answer.clone();
        App::new().default_service(web::to(move || std::future::ready(answer.give())))
    };
    Ok(HttpServer::new(app).workers(workers.parse()?).bind(address)?.run().await?)
}
