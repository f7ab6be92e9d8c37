//! One well-formed call of each operation for staff, with what it takes, for rules that hold for all of them.

use rejoinder::domain::access::{Permission, Role};
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, Request, id};
use crate::world::World;

/// What a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it is how one signs in.
    Nothing,
    /// To be staff.
    Staff,
    /// To be staff, and not by a token for a part of what they may.
    Oneself,
    /// To be signed in by a session.
    Session,
    /// A permission.
    Permission(Permission),
}

/// A call, and what it takes.
pub(crate) struct StaffCall {
    pub(crate) need: Need,
    /// Whether the address or the body names something of one site.
    pub(crate) names_a_site: bool,
    pub(crate) request: Request,
}

/// Something of each kind that staff deal with, on the site `default`; `dave` wrote what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Props {
    pub(crate) comment: String,
    pub(crate) thread: String,
    pub(crate) author: String,
    pub(crate) decision: String,
    pub(crate) rule: String,
    pub(crate) ban: String,
    pub(crate) staff: String,
    pub(crate) token: String,
    pub(crate) session: String,
}

/// The word that everything in the props has in it, and nothing else.
pub(crate) const MARK: &str = "rhubarb";

impl Props {
    /// Makes them; `owner` may do everything.
    pub(crate) async fn make(world: &World, owner: &Client) -> Self {
        let text = |document: &Value, pointer: &str| document.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let dave = world.author(&format!("dave {MARK}"));
        let comment = id(&dave.post(&format!("/{MARK}"), &format!("text with {MARK}")).await.created());
        let found = owner.admin(Method::GET, &format!("comments/{comment}")).await.ok();
        let decided = json!({"action": "approve", "comments": [{"id": comment}], "note": MARK});
        let other = dave.says(&format!("/{MARK}"), "another").await;
        let spam = json!({"action": "spam", "comments": [{"id": other}], "note": MARK});
        owner.admin(Method::POST, "decisions").json(&decided).await.ok();
        let decided = owner.admin(Method::POST, "decisions").json(&spam).await.ok();
        let rule = json!({"site": "default", "kind": "word", "action": "hold", "patterns": [format!("{MARK} pie")]});
        let rules = owner.admin(Method::POST, "rules").json(&rule).await.created();
        let erin = id(&world.author("erin").post(&format!("/{MARK}"), "text").await.created());
        let ban = json!({"comment": erin, "by": "author", "reason": MARK});
        let banned = owner.admin(Method::POST, "bans").json(&ban).await.created();
        let added = owner.admin(Method::POST, "staff").json(&json!({"name": MARK, "role": "viewer"})).await.created();
        let token = json!({"name": MARK});
        let token = owner.admin(Method::POST, "tokens").json(&token).await.created();
        let browser = world.reader().with_header("sec-fetch-site", "same-origin");
        browser.admin(Method::POST, "session").json(&json!({"token": owner.token()})).await.ok();
        let sessions = owner.admin(Method::GET, "sessions").await.ok();
        Self {
            thread: text(&found, "/thread/id"),
            author: text(&found, "/comment/author/id"),
            decision: text(&decided, "/results/0/decision_id"),
            rule: text(&rules, "/rules/0/id"),
            ban: text(&banned, "/ban/id"),
            staff: text(&added, "/staff/id"),
            token: text(&token, "/token/id"),
            session: text(&sessions, "/sessions/0/id"),
            comment,
        }
    }
}

/// A call of each operation for staff, the ones that remove something last.
pub(crate) fn all(client: &Client, props: &Props) -> Vec<StaffCall> {
    use Need::{Nothing, Oneself, Session, Staff};
    let Props { comment, thread, author, decision, rule, ban, staff, token, session } = props;
    let (read, moderate) = (Need::Permission(Permission::Read), Need::Permission(Permission::Moderate));
    let (configure, administer) = (Need::Permission(Permission::Configure), Need::Permission(Permission::Administer));
    let (get, post, put, patch, delete) = (Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    let none = Value::Null;
    let code = json!({"code": "000000"});
    let decide = json!({"action": "approve", "comments": [{"id": comment}]});
    let write = json!({"site": "default", "thread": {"key": format!("/{MARK}")}, "body": "an answer"});
    let pattern = json!({"site": "default", "kind": "word", "action": "hold", "patterns": ["custard"]});
    let trial = json!({"site": "default", "kind": "word", "pattern": "custard"});
    let network = json!({"comment": comment, "by": "network"});
    let password = json!({"new_password": "copper kettle on the moor"});
    let calls: Vec<(Need, bool, &Method, String, &Value)> = vec![
        (Nothing, false, &post, "session".into(), &code),
        (Staff, false, &get, "me".into(), &none),
        (Session, false, &put, "me/password".into(), &password),
        (Session, false, &post, "me/totp".into(), &none),
        (Session, false, &put, "me/totp".into(), &code),
        (Session, false, &post, "me/totp/removal".into(), &code),
        (Oneself, false, &get, "sessions".into(), &none),
        (read, false, &get, "queues".into(), &none),
        (read, false, &get, "comments".into(), &none),
        (moderate, true, &post, "comments".into(), &write),
        (read, true, &get, format!("comments/{comment}"), &none),
        (read, true, &get, format!("authors/{author}"), &none),
        (moderate, false, &post, "decisions".into(), &decide),
        (read, false, &get, "decisions".into(), &none),
        (moderate, true, &post, format!("decisions/{decision}/undo"), &none),
        (read, false, &get, "threads".into(), &none),
        (read, true, &get, format!("threads/{thread}"), &none),
        (moderate, true, &patch, format!("threads/{thread}"), &none),
        (read, false, &get, "sites".into(), &none),
        (administer, false, &post, "sites".into(), &none),
        (read, true, &get, "sites/default".into(), &none),
        (configure, true, &patch, "sites/default".into(), &none),
        (read, false, &get, "rules".into(), &none),
        (configure, true, &post, "rules".into(), &pattern),
        (read, true, &post, "rules/test".into(), &trial),
        (read, true, &get, format!("rules/{rule}"), &none),
        (configure, true, &patch, format!("rules/{rule}"), &none),
        (read, false, &get, "bans".into(), &none),
        (moderate, true, &post, "bans".into(), &network),
        (read, true, &get, format!("bans/{ban}"), &none),
        (moderate, true, &patch, format!("bans/{ban}"), &none),
        (administer, false, &get, "staff".into(), &none),
        (administer, false, &post, "staff".into(), &none),
        (administer, false, &get, format!("staff/{staff}"), &none),
        (administer, false, &patch, format!("staff/{staff}"), &none),
        (Oneself, false, &get, "tokens".into(), &none),
        (Staff, false, &post, "tokens".into(), &none),
        (Oneself, false, &patch, format!("tokens/{token}"), &none),
        (read, true, &get, "stats?site=default".into(), &none),
        (configure, true, &delete, format!("rules/{rule}"), &none),
        (moderate, true, &delete, format!("bans/{ban}"), &none),
        (administer, false, &delete, "sites/elsewhere".into(), &none),
        (administer, false, &delete, format!("staff/{staff}"), &none),
        (Oneself, false, &delete, format!("tokens/{token}"), &none),
        (Oneself, false, &delete, format!("sessions/{session}"), &none),
        (Session, false, &delete, "session".into(), &none),
    ];
    let call = |(need, names_a_site, method, rest, body): (Need, bool, &Method, String, &Value)| {
        let request = client.admin(method.clone(), &rest);
        let is_bare = *method == Method::POST && rest == "me/totp";
        let takes_body = [Method::PUT, Method::PATCH, Method::POST].contains(method) && !is_bare;
        let request = match (takes_body, body) {
            (false, _) => request,
            (true, Value::Null) => request.json(&small_change(&rest)),
            (true, body) => request.json(body),
        };
        // Only a page of the service may sign in.
        let request = if need == Nothing { request.header("sec-fetch-site", "same-origin") } else { request };
        StaffCall { need, names_a_site, request }
    };
    calls.into_iter().map(call).collect()
}

/// A body that changes next to nothing.
fn small_change(rest: &str) -> Value {
    match rest.split('/').next().unwrap_or_default() {
        "threads" => json!({"slow_mode_seconds": 1}),
        "sites" if rest == "sites" => json!({"slug": "elsewhere"}),
        "sites" => json!({"guidelines": "Be kind."}),
        "rules" | "decisions" => json!({"note": "a note"}),
        "bans" => json!({"reason": "a reason"}),
        "staff" if rest == "staff" => json!({"name": "newcomer", "role": "viewer"}),
        "staff" => json!({"role": "viewer"}),
        "tokens" => json!({"name": "another name"}),
        _ => json!({}),
    }
}

/// Somebody of this role who is bound to the site `elsewhere`, which has nothing in it.
pub(crate) async fn of_elsewhere(world: &World, role: Role) -> Client {
    world.staff(&format!("{} of elsewhere", role.name()), role, &["elsewhere"]).await
}

/// Everything that is needed to make each call for staff as somebody who may.
pub(crate) struct Household {
    pub(crate) world: World,
    /// Who may do everything, by a token.
    pub(crate) owner: Client,
    /// The same in a browser, on a page of the service.
    pub(crate) browser: Client,
    /// The same in that browser, on a page of another site.
    pub(crate) other_page: Client,
    pub(crate) props: Props,
}

impl Household {
    pub(crate) async fn of(world: World) -> Self {
        world.add_site("elsewhere", SiteChange::default()).await;
        let owner = world.staff("Mia", Role::Owner, &[]).await;
        let props = Props::make(&world, &owner).await;
        let browser = world.reader().with_header("sec-fetch-site", "same-origin");
        let begun =
            browser.admin(Method::POST, "session").json(&json!({"token": owner.token()})).await.with_status(200);
        let cookie = begun.required_header("set-cookie");
        let cookie = cookie.split(';').next().unwrap();
        let browser = browser.with_header("cookie", cookie);
        let other_page = world.reader().with_header("sec-fetch-site", "cross-site").with_header("cookie", cookie);
        Self { world, owner, browser, other_page, props }
    }

    /// A call of each operation, as somebody who may.
    pub(crate) fn calls(&self) -> Vec<Request> {
        let by_token = all(&self.owner, &self.props).into_iter().filter(|call| call.need != Need::Session);
        let by_session = all(&self.browser, &self.props).into_iter().filter(|call| call.need == Need::Session);
        by_token.chain(by_session).map(|call| call.request).collect()
    }
}
