//! Those who use the API, by what they are: a reader without a token, an author who keeps the one they were given.
//!
//! Whatever they ask goes through one function, which holds the exchange against the contract.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::answer::Answer;
use crate::contract::{CONTRACT, Exchange};
use crate::coverage;
use crate::world::World;

/// A client of the API.
#[derive(Clone)]
pub(crate) struct Client {
    world: World,
    name: String,
    site: String,
    keeps_token: bool,
    token: Arc<Mutex<Option<String>>>,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(crate) fn reader(world: World) -> Self {
        Self { keeps_token: false, ..Self::author(world, "reader") }
    }

    pub(crate) fn author(world: World, name: &str) -> Self {
        let (name, site) = (name.to_owned(), "default".to_owned());
        Self { world, name, site, keeps_token: true, token: Arc::default(), headers: Vec::new() }
    }

    /// A member of staff who sends this API token with everything.
    pub(crate) fn staff(world: World, name: &str, token: &str) -> Self {
        let client = Self { keeps_token: false, ..Self::author(world, name) };
        client.take_token(token);
        client
    }

    /// Asks for what stands below the address of the API for staff.
    pub(crate) fn admin(&self, method: Method, rest: &str) -> Request {
        self.request(method, &format!("/api/v1/admin/{rest}"))
    }

    /// Decides about comments, whatever they are now.
    pub(crate) fn decide(&self, action: &str, ids: &[&str]) -> Request {
        let comments: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        self.decide_json(&json!({"action": action, "comments": comments}))
    }

    /// Decides about a comment as it was seen.
    pub(crate) fn decide_seen(&self, action: &str, id: &str, version: u64) -> Request {
        self.decide_json(&json!({"action": action, "comments": [{"id": id, "version": version}]}))
    }

    pub(crate) fn decide_json(&self, decision: &Value) -> Request {
        self.admin(Method::POST, "decisions").json(decision)
    }

    /// Decides about a comment, which must come out as it should, and gives the entry of the log.
    pub(crate) async fn decided(&self, action: &str, id: &str) -> String {
        let result = self.decide(action, &[id]).await.ok()["results"][0].clone();
        assert_eq!(result["outcome"], "applied", "{result:#}");
        result["decision_id"].as_str().expect("a decision").to_owned()
    }

    pub(crate) fn undo(&self, decision: &str) -> Request {
        self.admin(Method::POST, &format!("decisions/{decision}/undo"))
    }

    /// A page of comments as staff see them.
    pub(crate) fn cases(&self, query: &str) -> Request {
        self.admin(Method::GET, &format!("comments?{query}"))
    }

    /// One comment, as staff see it.
    pub(crate) async fn case(&self, id: &str) -> Value {
        self.admin(Method::GET, &format!("comments/{id}")).await.ok()
    }

    /// The same client on another site.
    pub(crate) fn on_site(&self, site: &str) -> Self {
        Self { site: site.to_owned(), ..self.clone() }
    }

    /// The same client, who sends this header with everything.
    pub(crate) fn with_header(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Self { headers, ..self.clone() }
    }

    /// The same client behind a proxy that says where they come from.
    pub(crate) fn at_address(&self, address: &str) -> Self {
        self.with_header("x-forwarded-for", address)
    }

    /// The same person, asking another instance of the service.
    pub(crate) fn asking(&self, world: &World) -> Self {
        Self { world: world.clone(), ..self.clone() }
    }

    pub(crate) fn token(&self) -> Option<String> {
        self.token.lock().unwrap().clone()
    }

    pub(crate) fn take_token(&self, token: &str) {
        *self.token.lock().unwrap() = Some(token.to_owned());
    }

    /// Asks for an address.
    pub(crate) fn request(&self, method: Method, target: &str) -> Request {
        let mut headers = self.headers.clone();
        headers.extend(self.token().map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        Request { client: self.clone(), method, target: target.to_owned(), headers, body: None, is_operation: true }
    }

    pub(crate) fn get(&self, target: &str) -> Request {
        self.request(Method::GET, target)
    }

    /// Asks for what stands below the address of the site.
    pub(crate) fn on_own_site(&self, method: Method, rest: &str) -> Request {
        self.request(method, &format!("/api/v1/sites/{}/{rest}", self.site))
    }

    /// `GET` on what stands below the address of the site.
    pub(crate) fn read(&self, rest: &str) -> Request {
        self.on_own_site(Method::GET, rest)
    }

    /// A page of a thread; `more` is what follows the key in the query.
    pub(crate) fn thread(&self, key: &str, more: &str) -> Request {
        self.read(&format!("comments?{}{more}", query(&[("thread", key)])))
    }

    pub(crate) fn comment(&self, id: &str) -> Request {
        self.read(&format!("comments/{id}"))
    }

    pub(crate) fn replies(&self, root: &str, query: &str) -> Request {
        self.read(&format!("comments/{root}/replies{query}"))
    }

    pub(crate) fn counts(&self, keys: &[&str]) -> Request {
        let pairs: Vec<_> = keys.iter().map(|key| ("thread", *key)).collect();
        self.read(&format!("counts?{}", query(&pairs)))
    }

    pub(crate) fn viewer(&self, key: &str) -> Request {
        self.read(&format!("viewer?{}", query(&[("thread", key)])))
    }

    /// A new comment as this client would send it.
    pub(crate) fn draft(&self, key: &str, text: &str) -> Value {
        json!({"thread": {"key": key}, "author": {"name": self.name}, "body": text})
    }

    /// Sends a new comment as it is.
    pub(crate) fn post_json(&self, comment: &Value) -> Request {
        self.on_own_site(Method::POST, "comments").json(comment)
    }

    pub(crate) fn post(&self, key: &str, text: &str) -> Request {
        self.post_json(&self.draft(key, text))
    }

    pub(crate) fn reply(&self, key: &str, parent: &str, text: &str) -> Request {
        let mut draft = self.draft(key, text);
        draft["parent_id"] = json!(parent);
        self.post_json(&draft)
    }

    /// Posts a comment that must be published, and gives its id.
    pub(crate) async fn says(&self, key: &str, text: &str) -> String {
        id(&self.post(key, text).await.created())
    }

    /// Replies with a comment that must be published, and gives its id.
    pub(crate) async fn answers(&self, key: &str, parent: &str, text: &str) -> String {
        id(&self.reply(key, parent, text).await.created())
    }

    pub(crate) fn edit(&self, id: &str, text: &str) -> Request {
        self.on_own_site(Method::PATCH, &format!("comments/{id}")).json(&json!({"body": text}))
    }

    pub(crate) fn delete(&self, id: &str) -> Request {
        self.on_own_site(Method::DELETE, &format!("comments/{id}"))
    }

    /// Reports a comment, for this reason.
    pub(crate) fn report(&self, id: &str, reason: &str) -> Request {
        self.on_own_site(Method::POST, &format!("comments/{id}/reports")).json(&json!({"reason": reason}))
    }

    /// Asks what a text would look like.
    pub(crate) fn preview(&self, text: &str) -> Request {
        self.on_own_site(Method::POST, "preview").json(&json!({"body": text}))
    }

    pub(crate) fn vote(&self, id: &str, value: i64) -> Request {
        self.on_own_site(Method::PUT, &format!("comments/{id}/vote")).json(&json!({"value": value}))
    }
}

/// The id of the comment in an answer to a write.
pub(crate) fn id(answer: &Value) -> String {
    answer["comment"]["id"].as_str().expect("an answer with a comment").to_owned()
}

/// A query string.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A request that is sent when it is awaited.
#[derive(Clone)]
pub(crate) struct Request {
    client: Client,
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    is_operation: bool,
}

impl Request {
    /// Adds a header line.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds to the query.
    pub(crate) fn with_query(mut self, more: &str) -> Self {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        self.target.push_str(more);
        self
    }

    pub(crate) fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn method(&self) -> &str {
        self.method.as_str()
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    pub(crate) fn header_of(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
    }

    pub(crate) fn has_body(&self) -> bool {
        self.body.is_some()
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Replaces the body and its type; an empty type is none.
    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.headers.retain(|(name, _)| name != "content-type");
        if content_type.is_empty() { self } else { self.header("content-type", content_type) }
    }

    /// Says that this is no operation of the contract: another method, another address, a preflight.
    pub(crate) fn off_contract(mut self) -> Self {
        self.is_operation = false;
        self
    }

    async fn exchange(self) -> Answer {
        let world = &self.client.world;
        let mut request =
            world.http().request(self.method.clone(), format!("http://{}{}", world.address(), self.target));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body.clone() {
            request = request.body(body);
        }
        let response =
            request.send().await.unwrap_or_else(|error| panic!("{} {}: {error:?}", self.method, self.target));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap().to_vec();
        let asked = format!("{} {}", self.method, self.target);
        let answer = Answer { asked, status, headers, body };
        let exchange = Exchange {
            method: self.method.as_str(),
            target: &self.target,
            headers: &self.headers,
            body: self.body.as_deref(),
            answer: &answer,
        };
        let operation = CONTRACT.operation(exchange.method, exchange.path());
        assert_eq!(operation.is_some(), self.is_operation, "{}: is it an operation of the contract?", answer.asked);
        let complaints = CONTRACT.complaints(operation, &exchange);
        assert!(complaints.is_empty(), "{} breaks the contract:\n  {}", answer.asked, complaints.join("\n  "));
        coverage::note(operation.map(|operation| operation.id.as_str()), &answer);
        self.client.keep_token(&answer);
        answer
    }
}

impl Client {
    fn keep_token(&self, answer: &Answer) {
        let document = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
        if let (true, Some(token)) = (self.keeps_token, document["guest_token"].as_str()) {
            self.take_token(token);
        }
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.exchange())
    }
}
