//! One request's turn on its connection, from the moment the application gets it to the last byte of the answer.
//!
//! It wraps the request's body and the answer's, to note how far they have come. It must not change what they say.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::error::PayloadError;
use actix_http::{BoxedPayloadStream, ConnectionType, Payload, Request, Response};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use futures_util::Stream;

use super::connection::Connection;

/// The right to answer a request. Dropping it ends the turn, answered or not.
pub(crate) struct Turn(Rc<Connection>);

impl Turn {
    /// Begins the turn of `request`.
    pub(crate) fn begin(request: &mut Request) -> Self {
        let connection = request.conn_data::<Rc<Connection>>().cloned().unwrap_or_default();
        let payload = request.take_payload();
        let has_upload = !matches!(payload, Payload::None);
        connection.begin(has_upload);
        if has_upload {
            let upload: BoxedPayloadStream = Box::pin(Upload { payload, connection: Rc::clone(&connection) });
            *request.payload() = upload.into();
        }
        Self(connection)
    }

    /// Answers the request; the turn ends with the answer's body.
    pub(crate) fn answer(self, mut response: Response<BoxBody>) -> Response<BoxBody> {
        if self.0.answer() {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response.map_body(|_, body| BoxBody::new(Download { body, _turn: self }))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// A request's body, whose end is noted.
struct Upload {
    payload: Payload,
    connection: Rc<Connection>,
}

impl Stream for Upload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.payload).poll_next(cx);
        if let Poll::Ready(None) = polled {
            self.connection.end_upload();
        }
        polled
    }
}

/// An answer's body, which the turn lasts as long as.
struct Download {
    body: BoxBody,
    _turn: Turn,
}

impl MessageBody for Download {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
