//! Bans of writers and networks.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::gate::{Moderator, Reader};
use super::lists::{self, ListQuery};
use super::members::{Nullable, given, nullable};
use crate::domain::address::NetworkHash;
use crate::domain::ban::{Banned, Removal};
use crate::domain::id::{AuthorId, BanId, CommentId};
use crate::domain::note::Note;
use crate::domain::refusal::Refusal;
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::public::views::Time;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::bans::{self, BanChange, NewBan, SiteBan, Target};

#[derive(Debug, Serialize)]
struct NameView {
    id: String,
    name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct BanView {
    id: String,
    site: String,
    author: Option<NameView>,
    network: Option<String>,
    reason: Option<String>,
    staff: Option<NameView>,
    created_at: Time,
    ends_at: Option<Time>,
    is_active: bool,
}

impl From<&SiteBan> for BanView {
    fn from(found: &SiteBan) -> Self {
        let ban = &found.ban;
        let (author, network) = match &ban.banned {
            Banned::Author(id, name) => {
                let name = name.as_ref().map_or_else(String::new, |name| name.as_str().to_owned());
                (Some(NameView { id: id.to_string(), name }), None)
            }
            Banned::Network(network) => (None, Some(network.to_string())),
        };
        let staff = ban.staff.as_ref();
        Self {
            id: ban.id.to_string(),
            site: found.site.as_str().to_owned(),
            author,
            network,
            reason: ban.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            staff: staff.map(|(id, name)| NameView { id: id.to_string(), name: name.as_str().to_owned() }),
            created_at: ban.created_at.into(),
            ends_at: ban.ends_at.map(Time::from),
            is_active: found.is_active,
        }
    }
}

fn ban_id(text: &str) -> Result<BanId, Refusal> {
    BanId::parse(text).ok_or(Refusal::BanNotFound)
}

#[derive(Debug, Serialize)]
struct ListAnswer {
    bans: Vec<BanView>,
    next_cursor: Option<String>,
}

/// `GET /admin/bans`
///
/// # Errors
/// As the contract says.
pub async fn list_bans(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let query = ListQuery::read("bans", Query::of(&request))?;
    let before = query.before.map(BanId::from_number);
    let page = bans::list(&api.service, reader.0, query.site.clone(), before, query.limit).await?;
    let next_cursor = page.next.map(|id| query.cursor_after(id.number()));
    let answer = ListAnswer { bans: page.bans.iter().map(BanView::from).collect(), next_cursor };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBanBody {
    #[serde(default, deserialize_with = "given")]
    comment: Option<String>,
    #[serde(default, deserialize_with = "given")]
    by: Option<String>,
    #[serde(default, deserialize_with = "given")]
    site: Option<String>,
    #[serde(default, deserialize_with = "given")]
    author: Option<String>,
    #[serde(default, deserialize_with = "given")]
    network: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    ends_at: Option<String>,
    #[serde(default)]
    remove_comments: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum By {
    Author,
    Network,
}

impl By {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "author" => Some(Self::Author),
            "network" => Some(Self::Network),
            _ => None,
        }
    }
}

impl NewBanBody {
    fn into_ban(self) -> Result<NewBan, ApiError> {
        let removal = match self.remove_comments.as_deref() {
            Some(name) => json::named("/remove_comments", name, &["none", "day", "all"], Removal::from_name)?,
            None => Removal::None,
        };
        let ends_at = self.ends_at.as_deref().map(|text| lists::time("/ends_at", text)).transpose()?;
        let reason = lists::note("/reason", self.reason.as_deref())?;
        Ok(NewBan { target: self.into_target()?, reason, ends_at, removal })
    }

    /// A comment and by what, or a site and a writer or network of it.
    fn into_target(self) -> Result<Target, ApiError> {
        let missing =
            |pointer, name| json::fault(pointer, Fault::MissingField, format!("The member `{name}` is missing."));
        let too_much = |pointer| {
            let detail = "Name a comment and `by`, or a site and a writer, or a site and a network.";
            Err(json::fault(pointer, Fault::UnknownField, detail))
        };
        match (self.comment, self.by, self.site, self.author, self.network) {
            (Some(_), _, Some(_), _, _) => too_much("/site"),
            (Some(_), _, _, Some(_), _) | (_, _, _, Some(_), Some(_)) => too_much("/author"),
            (Some(_), _, _, _, Some(_)) => too_much("/network"),
            (None, Some(_), None, _, _) => Err(missing("/comment", "comment")),
            (None, Some(_), Some(_), _, _) => too_much("/by"),
            (Some(_), None, ..) => Err(missing("/by", "by")),
            (None, None, None, ..) => Err(missing("/site", "site")),
            (None, None, Some(_), None, None) => Err(missing("/author", "author")),
            (Some(id), Some(by), None, None, None) => {
                let by = json::named("/by", &by, &["author", "network"], By::from_name)?;
                let id = CommentId::parse(&id).ok_or(Refusal::CommentNotFound)?;
                Ok(match by {
                    By::Author => Target::WriterOf(id),
                    By::Network => Target::NetworkOf(id),
                })
            }
            (None, None, Some(site), Some(author), None) => {
                let author = AuthorId::parse(&author).ok_or(Refusal::AuthorNotFound)?;
                Ok(Target::Author(lists::slug(&site)?, author))
            }
            (None, None, Some(site), None, Some(network)) => {
                let network = NetworkHash::parse(&network);
                let network = network.ok_or_else(|| json::invalid("/network", "This is no network of a comment."))?;
                Ok(Target::Network(lists::slug(&site)?, network))
            }
        }
    }
}

#[derive(Debug, Serialize)]
struct AddedAnswer {
    ban: BanView,
    removed: usize,
    has_more: bool,
}

/// `POST /admin/bans`
///
/// # Errors
/// As the contract says.
pub async fn add_ban(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (new, _) = json::read::<NewBanBody>(&request, payload, api.body_deadline()).await?;
    let added = bans::add(&api.service, moderator.0, new.into_ban()?).await?;
    let (ban, removed, has_more) = (BanView::from(&added.ban), added.removed, added.has_more);
    let answer = to_json(&AddedAnswer { ban, removed, has_more })?;
    if added.has_replaced {
        return Ok(private(StatusCode::OK, answer, Vec::new()));
    }
    let location = format!("/api/v1/admin/bans/{}", added.ban.ban.id);
    Ok(private(StatusCode::CREATED, answer, vec![(LOCATION, location)]))
}

/// `GET /admin/bans/{ban_id}`
///
/// # Errors
/// As the contract says.
pub async fn find_ban(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let found = bans::find(&api.service, reader.0, ban_id(&path)?).await?;
    Ok(private(StatusCode::OK, to_json(&BanView::from(&found))?, Vec::new()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BanChangeBody {
    #[serde(default, deserialize_with = "nullable")]
    reason: Nullable<String>,
    #[serde(default, deserialize_with = "nullable")]
    ends_at: Nullable<String>,
}

/// `PATCH /admin/bans/{ban_id}`
///
/// # Errors
/// As the contract says.
pub async fn change_ban(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = ban_id(&path)?;
    let (body, _) = json::read::<BanChangeBody>(&request, payload, api.body_deadline()).await?;
    let reason: Option<Result<Option<Note>, _>> = body.reason.map(|text| lists::note("/reason", text.as_deref()));
    let ends_at = body.ends_at.map(|text| text.map(|text| lists::time("/ends_at", &text)).transpose());
    let change = BanChange { reason: reason.transpose()?, ends_at: ends_at.transpose()? };
    let changed = bans::change(&api.service, moderator.0, id, change).await?;
    Ok(private(StatusCode::OK, to_json(&BanView::from(&changed))?, Vec::new()))
}

/// `DELETE /admin/bans/{ban_id}`
///
/// # Errors
/// As the contract says.
pub async fn remove_ban(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    bans::remove(&api.service, moderator.0, ban_id(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
