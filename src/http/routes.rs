//! Every address of the service, what it does, and what stands before it: the table of contents.

use std::future::ready;

use actix_web::http::Method;
use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW, HeaderValue, ORIGIN};
use actix_web::{HttpRequest, HttpResponse, web};

use super::admin::gate::Entrance;
use super::admin::{
    authors, bans, comments as cases, decisions, password, queues, rules, second_factor, session, sessions, sites,
    staff, stats, threads as staff_threads, tokens,
};
use super::endpoints::{
    Address, Audience, Endpoint, address, for_staff, for_staff_by, on_site, open, page, page_of_site,
};
use super::error::ApiError;
use super::gate::{Access, api, find_site, take_from_quota};
use super::pages::{demo, fragment, posting, thread};
use super::protocol::Protocol;
use super::public::{comments, previews, rankings, reports, threads, viewers, votes};
use super::{assets, cors, health, widget};
use crate::domain::quota::Action;

fn addresses() -> Vec<Address> {
    [on_sites(), staff_themselves(), work_of_staff(), beside_the_api(), pages()].into_iter().flatten().collect()
}

/// What readers and writers of a site ask for. They are tried in this order, so what is asked most stands first.
fn on_sites() -> Vec<Address> {
    vec![
        address(
            "/api/v1/sites/{site}/comments",
            vec![
                on_site(Method::GET, "list_comments", Access::Read, comments::list_comments),
                on_site(Method::POST, "post_comment", Access::Write(Action::Post), comments::post_comment),
            ],
        ),
        address(
            "/api/v1/sites/{site}/counts",
            vec![
                on_site(Method::GET, "count_comments", Access::Read, threads::count_comments),
                on_site(Method::POST, "count_many_comments", Access::Read, threads::count_many_comments),
            ],
        ),
        address(
            "/api/v1/sites/{site}/comments.html",
            vec![on_site(Method::GET, "render_comments", Access::Read, fragment::render_comments)],
        ),
        address(
            "/api/v1/sites/{site}/comments/{comment_id}",
            vec![
                on_site(Method::GET, "find_comment", Access::Read, comments::find_comment),
                on_site(Method::PATCH, "edit_comment", Access::Write(Action::Edit), comments::edit_comment),
                on_site(Method::DELETE, "delete_comment", Access::Write(Action::Edit), comments::delete_comment),
            ],
        ),
        address(
            "/api/v1/sites/{site}/comments/{comment_id}/replies",
            vec![on_site(Method::GET, "list_replies", Access::Read, comments::list_replies)],
        ),
        address(
            "/api/v1/sites/{site}/comments/{comment_id}/reports",
            vec![on_site(Method::POST, "report_comment", Access::Write(Action::Report), reports::report_comment)],
        ),
        address(
            "/api/v1/sites/{site}/comments/{comment_id}/vote",
            vec![on_site(Method::PUT, "vote", Access::Write(Action::Vote), votes::vote)],
        ),
        address(
            "/api/v1/sites/{site}/preview",
            vec![on_site(Method::POST, "preview_comment", Access::Write(Action::Preview), previews::preview_comment)],
        ),
        address(
            "/api/v1/sites/{site}/rankings/most-commented",
            vec![on_site(Method::GET, "rank_most_commented", Access::Read, rankings::rank_most_commented)],
        ),
        address(
            "/api/v1/sites/{site}/recent",
            vec![on_site(Method::GET, "list_recent_comments", Access::Read, comments::list_recent_comments)],
        ),
        address(
            "/api/v1/sites/{site}/viewer",
            vec![on_site(Method::GET, "find_viewer", Access::Own, viewers::find_viewer)],
        ),
    ]
}

/// Who is staff, and how they come in.
fn staff_themselves() -> Vec<Address> {
    vec![
        address(
            "/api/v1/admin/session",
            vec![
                for_staff_by(Entrance::SigningIn, Method::POST, "sign_in", session::sign_in),
                for_staff(Method::DELETE, "sign_out", session::sign_out),
            ],
        ),
        address("/api/v1/admin/me", vec![for_staff(Method::GET, "read_me", session::read_me)]),
        address(
            "/api/v1/admin/me/password",
            vec![for_staff_by(Entrance::Proving, Method::PUT, "change_password", password::change_password)],
        ),
        address(
            "/api/v1/admin/me/totp",
            vec![
                for_staff(Method::POST, "begin_totp", second_factor::begin_totp),
                for_staff_by(Entrance::Proving, Method::PUT, "confirm_totp", second_factor::confirm_totp),
            ],
        ),
        address(
            "/api/v1/admin/me/totp/removal",
            vec![for_staff_by(Entrance::Proving, Method::POST, "remove_totp", second_factor::remove_totp)],
        ),
        address("/api/v1/admin/sessions", vec![for_staff(Method::GET, "list_sessions", sessions::list_sessions)]),
        address(
            "/api/v1/admin/sessions/{session_id}",
            vec![for_staff(Method::DELETE, "end_session", sessions::end_session)],
        ),
        address(
            "/api/v1/admin/staff",
            vec![
                for_staff(Method::GET, "list_staff", staff::list_staff),
                for_staff(Method::POST, "add_staff", staff::add_staff),
            ],
        ),
        address(
            "/api/v1/admin/staff/{staff_id}",
            vec![
                for_staff(Method::GET, "find_staff", staff::find_staff),
                for_staff(Method::PATCH, "change_staff", staff::change_staff),
                for_staff(Method::DELETE, "remove_staff", staff::remove_staff),
            ],
        ),
        address(
            "/api/v1/admin/tokens",
            vec![
                for_staff(Method::GET, "list_tokens", tokens::list_tokens),
                for_staff(Method::POST, "add_token", tokens::add_token),
            ],
        ),
        address(
            "/api/v1/admin/tokens/{token_id}",
            vec![
                for_staff(Method::PATCH, "change_token", tokens::change_token),
                for_staff(Method::DELETE, "remove_token", tokens::remove_token),
            ],
        ),
    ]
}

/// What staff look after.
fn work_of_staff() -> Vec<Address> {
    vec![
        address(
            "/api/v1/admin/rules",
            vec![
                for_staff(Method::GET, "list_rules", rules::list_rules),
                for_staff(Method::POST, "add_rules", rules::add_rules),
            ],
        ),
        address("/api/v1/admin/rules/test", vec![for_staff(Method::POST, "test_rule", rules::test_rule)]),
        address(
            "/api/v1/admin/rules/{rule_id}",
            vec![
                for_staff(Method::GET, "find_rule", rules::find_rule),
                for_staff(Method::PATCH, "change_rule", rules::change_rule),
                for_staff(Method::DELETE, "remove_rule", rules::remove_rule),
            ],
        ),
        address(
            "/api/v1/admin/bans",
            vec![
                for_staff(Method::GET, "list_bans", bans::list_bans),
                for_staff(Method::POST, "add_ban", bans::add_ban),
            ],
        ),
        address(
            "/api/v1/admin/bans/{ban_id}",
            vec![
                for_staff(Method::GET, "find_ban", bans::find_ban),
                for_staff(Method::PATCH, "change_ban", bans::change_ban),
                for_staff(Method::DELETE, "remove_ban", bans::remove_ban),
            ],
        ),
        address("/api/v1/admin/queues", vec![for_staff(Method::GET, "list_queues", queues::list_queues)]),
        address(
            "/api/v1/admin/comments",
            vec![
                for_staff(Method::GET, "list_admin_comments", cases::list_admin_comments),
                for_staff(Method::POST, "post_staff_comment", cases::post_staff_comment),
            ],
        ),
        address(
            "/api/v1/admin/comments/{comment_id}",
            vec![for_staff(Method::GET, "find_admin_comment", cases::find_admin_comment)],
        ),
        address("/api/v1/admin/authors/{author_id}", vec![for_staff(Method::GET, "find_author", authors::find_author)]),
        address(
            "/api/v1/admin/decisions",
            vec![
                for_staff(Method::GET, "list_decisions", decisions::list_decisions),
                for_staff(Method::POST, "decide", decisions::decide),
            ],
        ),
        address(
            "/api/v1/admin/decisions/{decision_id}/undo",
            vec![for_staff(Method::POST, "undo_decision", decisions::undo_decision)],
        ),
        address("/api/v1/admin/threads", vec![for_staff(Method::GET, "list_threads", staff_threads::list_threads)]),
        address(
            "/api/v1/admin/threads/{thread_id}",
            vec![
                for_staff(Method::GET, "find_thread", staff_threads::find_thread),
                for_staff(Method::PATCH, "change_thread", staff_threads::change_thread),
            ],
        ),
        address(
            "/api/v1/admin/sites",
            vec![
                for_staff(Method::GET, "list_sites", sites::list_sites),
                for_staff(Method::POST, "add_site", sites::add_site),
            ],
        ),
        address(
            "/api/v1/admin/sites/{slug}",
            vec![
                for_staff(Method::GET, "find_site_settings", sites::find_site_settings),
                for_staff(Method::PATCH, "change_site", sites::change_site),
                for_staff(Method::DELETE, "remove_site", sites::remove_site),
            ],
        ),
        address("/api/v1/admin/stats", vec![for_staff(Method::GET, "read_stats", stats::read_stats)]),
    ]
}

/// What is no part of the API itself.
fn beside_the_api() -> Vec<Address> {
    vec![
        address("/livez", vec![open("check_liveness", health::check_liveness)]),
        address("/readyz", vec![open("check_readiness", health::check_readiness)]),
        address("/openapi.yaml", vec![open("read_openapi_yaml", assets::read_asset)]),
        address("/openapi.json", vec![open("read_openapi_json", assets::read_asset)]),
        address("/docs", vec![open("read_docs", assets::read_asset)]),
        address("/docs/{file}", vec![open("read_docs_file", assets::read_asset)]),
        address("/moderation/", vec![open("read_moderation_page", assets::read_moderation_page)]),
        address("/moderation/{file}", vec![open("read_moderation_file", assets::read_moderation_page)]),
        address("/moderation/{folder}/{file}", vec![open("read_moderation_part", assets::read_moderation_page)]),
        address("/widget.js", vec![open("read_widget", widget::read_widget)]),
        address("/writing.js", vec![open("read_writing", widget::read_widget)]),
        address("/further.js", vec![open("read_further", widget::read_widget)]),
        address("/preview.js", vec![open("read_preview", widget::read_widget)]),
        address("/ranked.js", vec![open("read_ranked", widget::read_widget)]),
        address("/count.js", vec![open("read_count", widget::read_widget)]),
        address("/widget.css", vec![open("read_widget_style", widget::read_widget)]),
        address("/widget.d.ts", vec![open("read_widget_types", widget::read_widget)]),
        address("/custom-elements.json", vec![open("read_widget_manifest", widget::read_widget)]),
        address("/widget.json", vec![open("read_widget_versions", widget::read_widget_versions)]),
        address("/widget/locales/{file}", vec![open("read_widget_locale", widget::read_widget)]),
        address("/widget/{version}/{file}", vec![open("read_widget_version", widget::read_widget_version)]),
    ]
}

/// What the service shows to people by itself: pages, which are no operations of the contract.
fn pages() -> Vec<Address> {
    vec![
        address(
            "/t/{site}",
            vec![
                page_of_site(Method::GET, Audience::Everybody, thread::read_thread_page),
                page_of_site(Method::POST, Audience::SitePages, posting::post_on_page),
            ],
        ),
        address("/page.css", vec![page(thread::read_page_style)]),
        address("/demo", vec![page(demo::read_demo)]),
        address("/demo/{file:.+}", vec![page(demo::read_demo_file)]),
    ]
}

/// Method, address and operation of everything that programs ask the service for: what `openapi.yaml` must list.
#[must_use]
pub fn operations() -> Vec<(Method, &'static str, &'static str)> {
    let listed = |address: Address| {
        let listed = move |endpoint: Endpoint| Some((endpoint.method, address.path, endpoint.operation?));
        address.endpoints.into_iter().filter_map(listed)
    };
    addresses().into_iter().flat_map(listed).collect()
}

/// Registers every address.
pub fn configure(config: &mut web::ServiceConfig) {
    for address in addresses() {
        let allow = allow(&address.endpoints);
        let is_for_staff = address.endpoints.iter().all(|endpoint| endpoint.audience == Audience::Nobody);
        let guarded = address.endpoints.iter().filter(|endpoint| endpoint.audience == Audience::SitePages);
        let guarded: Vec<Method> = guarded.map(|endpoint| endpoint.method.clone()).collect();
        let mut resource = web::resource(address.path);
        for endpoint in address.endpoints {
            resource = resource.route(endpoint.route);
        }
        let options = allow.clone();
        let preflight = web::method(Method::OPTIONS);
        let preflight = if is_for_staff {
            preflight.to(move || ready(say_allow(&options)))
        } else {
            preflight.to(move |request: HttpRequest| answer_options(request, options.clone(), guarded.clone()))
        };
        let refuse = move || {
            let allow = allow.clone();
            async move { Err::<HttpResponse, ApiError>(Protocol::MethodNotAllowed { allow }.into()) }
        };
        config.service(resource.route(preflight).default_service(web::to(refuse)));
    }
    // The files of the page are named relative to it.
    config.service(web::redirect("/moderation", "/moderation/").permanent());
    config.default_service(web::to(|| async { Err::<HttpResponse, ApiError>(Protocol::NotFound.into()) }));
}

fn allow(endpoints: &[Endpoint]) -> String {
    let mut names: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}

fn say_allow(allow: &str) -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    if let Ok(value) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

/// Says what an address can do, and to a browser whether a page may do it.
async fn answer_options(request: HttpRequest, allow: String, guarded: Vec<Method>) -> Result<HttpResponse, ApiError> {
    let mut response = say_allow(&allow);
    let headers = response.headers_mut();
    let wanted = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD).and_then(|method| method.to_str().ok());
    let (Some(wanted), true) = (wanted, request.headers().contains_key(ORIGIN)) else {
        return Ok(response);
    };
    if guarded.iter().any(|method| method.as_str() == wanted) {
        let site = find_site(&request).await?;
        take_from_quota(&request, &site, Action::Read)?;
        let sender = cors::sender(request.headers(), &site);
        let service = &api(&request)?.service;
        cors::open_to(headers, &sender.ok_or_else(|| cors::refuse(service, request.headers(), &site))?);
    } else {
        cors::open_to_all(headers);
    }
    cors::permit(headers, &allow);
    Ok(response)
}
