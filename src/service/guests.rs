//! Telling guests apart.

use super::{Client, Error, Service};
use crate::domain::author::GuestToken;
use crate::domain::id::{AuthorId, SiteId};
use crate::domain::quota::{Action, Standing};
use crate::domain::refusal::Refusal;
use crate::store::{self, Connection};

/// A writer, and the token they were given if they had none.
#[derive(Debug, Clone)]
pub(super) struct Identified {
    /// Who it is.
    pub(super) author: AuthorId,
    /// The token that was made for them just now, and where their network stands with the quota of new guests.
    pub(super) new: Option<(GuestToken, Option<Standing>)>,
}

/// What the quota of new guests said, asked once for a use case that may be run again.
#[derive(Debug, Default)]
pub(super) struct Welcome(Option<Result<Option<Standing>, Standing>>);

/// Whose token this is.
pub(super) fn recognise(
    connection: &mut Connection,
    site: SiteId,
    token: Option<&GuestToken>,
) -> Result<AuthorId, Error> {
    let token = token.ok_or(Refusal::TokenRequired)?;
    let author = store::authors::find(connection, site, token.hash())?;
    Ok(author.ok_or(Refusal::InvalidToken)?)
}

/// Whose token the client carries; `None` for a client without one.
pub(super) fn recognise_if_any(
    connection: &mut Connection,
    site: SiteId,
    client: &Client,
) -> Result<Option<AuthorId>, Error> {
    client.token.is_some().then(|| recognise(connection, site, client.token.as_ref())).transpose()
}

/// A writer whom nobody knew, and the token that `make` makes for them. They are not written down yet.
pub(super) fn welcome(
    service: &Service,
    site: SiteId,
    client: &Client,
    welcome: &mut Welcome,
    make: impl FnOnce() -> GuestToken,
) -> Result<(AuthorId, GuestToken, Option<Standing>), Error> {
    let admitted = welcome.0.get_or_insert_with(|| service.quotas.admit(Action::Guest, site, client.network));
    let standing = (*admitted).map_err(Refusal::RateLimited)?;
    let author = AuthorId::from_number(service.randomness.id_number(service.clock.now()));
    Ok((author, make(), standing))
}

/// The writer, if they are known; else the client becomes a new guest with the token that `make` makes.
pub(super) fn or_welcome(
    known: Option<AuthorId>,
    connection: &mut Connection,
    service: &Service,
    site: SiteId,
    client: &Client,
    welcome: &mut Welcome,
    make: impl FnOnce() -> GuestToken,
) -> Result<Identified, Error> {
    if let Some(author) = known {
        return Ok(Identified { author, new: None });
    }
    let (author, token, standing) = self::welcome(service, site, client, welcome, make)?;
    store::authors::insert(connection, site, author, token.hash(), service.clock.now())?;
    Ok(Identified { author, new: Some((token, standing)) })
}
