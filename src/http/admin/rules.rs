//! Rules for what is written on a site.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::case_views::CaseView;
use super::gate::{Configurer, Reader};
use super::lists::{self, ListQuery};
use super::members::{Nullable, given, nullable};
use crate::domain::body::MAX_BODY_BYTES;
use crate::domain::id::RuleId;
use crate::domain::refusal::{InputError, Refusal, Rule as InputRule};
use crate::domain::rule::{RuleAction, RuleKind};
use crate::domain::site::LARGEST_MAX_CHARACTERS;
use crate::domain::text;
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::public::views::Time;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::rules::{self, MAX_PATTERNS, NewRules, RuleChange, SiteRule};
use crate::service::trials::{self, Trial};

/// The longest pattern of any kind, in code points.
pub const MAX_PATTERN_CODE_POINTS: usize = 500;

const KINDS: [&str; 3] = ["word", "wildcard", "regex"];
const ACTIONS: [&str; 3] = ["hold", "reject", "censor"];

#[derive(Debug, Serialize)]
struct RuleView {
    id: String,
    site: String,
    kind: &'static str,
    pattern: String,
    action: &'static str,
    note: Option<String>,
    is_enabled: bool,
    created_at: Time,
}

impl From<&SiteRule> for RuleView {
    fn from(found: &SiteRule) -> Self {
        let record = &found.record;
        Self {
            id: record.rule.id.to_string(),
            site: found.site.as_str().to_owned(),
            kind: record.rule.kind.name(),
            pattern: record.rule.pattern.as_str().to_owned(),
            action: record.rule.action.name(),
            note: record.note.as_ref().map(|note| note.as_str().to_owned()),
            is_enabled: record.is_enabled,
            created_at: record.created_at.into(),
        }
    }
}

fn rule_id(text: &str) -> Result<RuleId, Refusal> {
    RuleId::parse(text).ok_or(Refusal::RuleNotFound)
}

fn kind(text: &str) -> Result<RuleKind, ApiError> {
    json::named("/kind", text, &KINDS, RuleKind::from_name)
}

fn action(text: &str) -> Result<RuleAction, ApiError> {
    json::named("/action", text, &ACTIONS, RuleAction::from_name)
}

/// What is wrong with the length of a pattern, before it is known what kind it is of.
fn too_long(pattern: &str) -> Option<InputRule> {
    let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
    let actual = pattern.chars().count();
    let rule = InputRule::TextTooLong { max: number(MAX_PATTERN_CODE_POINTS), actual: number(actual) };
    (actual > MAX_PATTERN_CODE_POINTS).then_some(rule)
}

#[derive(Debug, Serialize)]
struct ListAnswer {
    rules: Vec<RuleView>,
    next_cursor: Option<String>,
}

/// `GET /admin/rules`
///
/// # Errors
/// As the contract says.
pub async fn list_rules(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let query = ListQuery::read("rules", Query::of(&request))?;
    let before = query.before.map(RuleId::from_number);
    let page = rules::list(&api.service, reader.0, query.site.clone(), before, query.limit).await?;
    let next_cursor = page.next.map(|id| query.cursor_after(id.number()));
    let answer = ListAnswer { rules: page.rules.iter().map(RuleView::from).collect(), next_cursor };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRulesBody {
    site: String,
    kind: String,
    action: String,
    patterns: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

impl NewRulesBody {
    fn into_rules(self) -> Result<NewRules, ApiError> {
        let (kind, action) = (kind(&self.kind)?, action(&self.action)?);
        if self.patterns.is_empty() || self.patterns.len() > MAX_PATTERNS {
            let max = u64::try_from(MAX_PATTERNS).unwrap_or(u64::MAX);
            let detail = format!("There must be from 1 to {max} patterns.");
            return Err(json::fault("/patterns", Fault::OutOfRange { min: 1, max }, detail));
        }
        let errors = self.patterns.iter().enumerate().filter_map(|(at, pattern)| {
            too_long(pattern).map(|rule| InputError { pointer: format!("/patterns/{at}").into(), rule })
        });
        let errors: Vec<InputError> = errors.collect();
        if !errors.is_empty() {
            return Err(Refusal::Input(errors).into());
        }
        let note = lists::note("/note", self.note.as_deref())?;
        Ok(NewRules { site: lists::slug(&self.site)?, kind, action, patterns: self.patterns, note })
    }
}

#[derive(Debug, Serialize)]
struct AddedAnswer {
    rules: Vec<RuleView>,
}

/// `POST /admin/rules`
///
/// # Errors
/// As the contract says.
pub async fn add_rules(
    request: HttpRequest,
    api: Data<Api>,
    configurer: Configurer,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (new, _) = json::read::<NewRulesBody>(&request, payload, api.body_deadline()).await?;
    let added = rules::add(&api.service, configurer.0, new.into_rules()?).await?;
    let answer = AddedAnswer { rules: added.iter().map(RuleView::from).collect() };
    Ok(private(StatusCode::CREATED, to_json(&answer)?, Vec::new()))
}

/// `GET /admin/rules/{rule_id}`
///
/// # Errors
/// As the contract says.
pub async fn find_rule(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let found = rules::find(&api.service, reader.0, rule_id(&path)?).await?;
    Ok(private(StatusCode::OK, to_json(&RuleView::from(&found))?, Vec::new()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleChangeBody {
    #[serde(default, deserialize_with = "given")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pattern: Option<String>,
    #[serde(default, deserialize_with = "given")]
    action: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    note: Nullable<String>,
    #[serde(default, deserialize_with = "given")]
    is_enabled: Option<bool>,
}

impl RuleChangeBody {
    fn into_change(self) -> Result<RuleChange, ApiError> {
        if let Some(rule) = self.pattern.as_deref().and_then(too_long) {
            return Err(Refusal::input("/pattern", rule).into());
        }
        Ok(RuleChange {
            kind: self.kind.as_deref().map(kind).transpose()?,
            pattern: self.pattern,
            action: self.action.as_deref().map(action).transpose()?,
            note: self.note.map(|note| lists::note("/note", note.as_deref())).transpose()?,
            is_enabled: self.is_enabled,
        })
    }
}

/// `PATCH /admin/rules/{rule_id}`
///
/// # Errors
/// As the contract says.
pub async fn change_rule(
    request: HttpRequest,
    api: Data<Api>,
    configurer: Configurer,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = rule_id(&path)?;
    let (body, _) = json::read::<RuleChangeBody>(&request, payload, api.body_deadline()).await?;
    let changed = rules::change(&api.service, configurer.0, id, body.into_change()?).await?;
    Ok(private(StatusCode::OK, to_json(&RuleView::from(&changed))?, Vec::new()))
}

/// `DELETE /admin/rules/{rule_id}`
///
/// # Errors
/// As the contract says.
pub async fn remove_rule(
    request: HttpRequest,
    api: Data<Api>,
    configurer: Configurer,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    rules::remove(&api.service, configurer.0, rule_id(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrialBody {
    site: String,
    #[serde(default, deserialize_with = "given")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pattern: Option<String>,
    #[serde(default, deserialize_with = "given")]
    action: Option<String>,
    #[serde(default, deserialize_with = "given")]
    rule_id: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

impl TrialBody {
    /// A pattern and its kind, or a rule that is there.
    fn trial(&self) -> Result<Trial, ApiError> {
        let missing =
            |pointer, name| json::fault(pointer, Fault::MissingField, format!("The member `{name}` is missing."));
        match (&self.rule_id, &self.kind, &self.pattern, &self.action) {
            (Some(id), None, None, None) => Ok(Trial::Rule(rule_id(id)?)),
            (Some(_), ..) => {
                let detail = "Name a rule, or the kind and the pattern of one, not both.";
                Err(json::fault("/rule_id", Fault::UnknownField, detail))
            }
            (None, None, ..) => Err(missing("/kind", "kind")),
            (None, _, None, _) => Err(missing("/pattern", "pattern")),
            (None, Some(name), Some(pattern), wished) => {
                wished.as_deref().map(action).transpose()?;
                let kind = kind(name)?;
                match too_long(pattern) {
                    Some(rule) => Err(Refusal::input("/pattern", rule).into()),
                    None => Ok(Trial::Pattern(kind, pattern.clone())),
                }
            }
        }
    }
}

#[derive(Debug, Serialize)]
struct MatchView {
    comment: CaseView,
    ranges: Vec<(usize, usize)>,
}

#[derive(Debug, Serialize)]
struct TrialAnswer {
    tested: usize,
    is_complete: bool,
    matched: usize,
    matches: Vec<MatchView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_matches: Option<Vec<(usize, usize)>>,
}

/// `POST /admin/rules/test`
///
/// # Errors
/// As the contract says.
pub async fn test_rule(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<TrialBody>(&request, payload, api.body_deadline()).await?;
    let (trial, site) = (body.trial()?, lists::slug(&body.site)?);
    let sample = body.text;
    let actual = sample.as_deref().map_or(0, text::characters);
    let max = usize::try_from(LARGEST_MAX_CHARACTERS).unwrap_or(usize::MAX);
    if actual > max || sample.as_ref().is_some_and(|sample| sample.len() > MAX_BODY_BYTES) {
        let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
        return Err(Refusal::input("/text", InputRule::TextTooLong { max: number(max), actual: number(actual) }).into());
    }
    let result = trials::test(&api.service, reader.0, site, trial, sample).await?;
    let matches = result.shown.into_iter().map(|(case, ranges)| MatchView { comment: CaseView::from(&case), ranges });
    let answer = TrialAnswer {
        tested: result.tested,
        is_complete: result.is_complete,
        matched: result.matched,
        matches: matches.collect(),
        text_matches: result.text_ranges,
    };
    Ok(private(StatusCode::OK, to_json(&answer)?, Vec::new()))
}
