//! `openapi.yaml` as a judge: whether an exchange is one that the contract describes.
//!
//! It knows OpenAPI, and nothing of what the service does.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use rejoinder::http::assets::OPENAPI_JSON;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::answer::Answer;

/// The contract that the program carries.
pub(crate) static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::read);

/// Refusals that say that a request isn't of the form that the contract describes.
const MALFORMED: [&str; 6] =
    ["missing_field", "unknown_field", "wrong_type", "missing_parameter", "unknown_parameter", "out_of_range"];

/// One operation.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Where it stands in the document, as a JSON pointer.
    pointer: String,
}

/// The contract, and what was worked out from it.
pub(crate) struct Contract {
    pub(crate) document: Value,
    pub(crate) operations: Vec<Operation>,
    /// Every header that some answer is said to have, in lower case.
    named_headers: BTreeSet<String>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// A request and what came back.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: Option<&'a [u8]>,
    pub(crate) answer: &'a Answer,
}

impl Exchange<'_> {
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Contract {
    fn read() -> Self {
        let document: Value = serde_json::from_str(OPENAPI_JSON).unwrap();
        let mut contract =
            Self { document, operations: Vec::new(), named_headers: BTreeSet::new(), validators: Mutex::default() };
        let paths = contract.document["paths"].as_object().cloned().expect("a contract has paths");
        for (path, item) in &paths {
            for method in ["get", "head", "post", "put", "patch", "delete", "options"] {
                let Some(operation) = item.get(method) else { continue };
                contract.operations.push(Operation {
                    id: operation["operationId"].as_str().expect("an operation has an id").to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    pointer: format!("/paths/{}/{method}", escaped(path)),
                });
            }
        }
        let responses = contract.operations.iter().flat_map(|operation| contract.responses(operation));
        let names = responses.flat_map(|(_, pointer)| contract.headers(&pointer).into_keys()).collect();
        contract.named_headers = names;
        contract
    }

    /// The operation at an address; a HEAD is the GET of its address.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        let method = if method == "HEAD" { "GET" } else { method };
        let is_at = |operation: &&Operation| {
            let (mut named, mut asked) = (operation.path.split('/'), path.split('/'));
            let same = named
                .by_ref()
                .zip(asked.by_ref())
                .all(|(named, asked)| if named.starts_with('{') { !asked.is_empty() } else { named == asked });
            same && operation.path.split('/').count() == path.split('/').count()
        };
        // An address that is spelt out goes before one with a parameter.
        let is_spelt_out = self.operations.iter().any(|operation| operation.path == path);
        let of_path = |operation: &&Operation| if is_spelt_out { operation.path == path } else { is_at(operation) };
        self.operations.iter().filter(|operation| operation.method == method).find(of_path)
    }

    /// The answers of an operation: status and place in the document.
    pub(crate) fn responses(&self, operation: &Operation) -> Vec<(String, String)> {
        let (place, responses) = self.resolve(&format!("{}/responses", operation.pointer));
        let statuses = responses.as_object().into_iter().flat_map(|responses| responses.keys());
        statuses.map(|status| (status.clone(), self.resolve(&format!("{place}/{status}")).0)).collect()
    }

    /// What is wrong with an exchange; of one that is no operation, only what holds for all.
    pub(crate) fn complaints(&self, operation: Option<&Operation>, exchange: &Exchange<'_>) -> Vec<String> {
        let mut complaints = self.general_complaints(exchange.answer);
        let Some(operation) = operation else {
            if exchange.answer.has_header("set-cookie") {
                complaints.push("the answer sets a cookie".to_owned());
            }
            return complaints;
        };
        let status = exchange.answer.status;
        let Some((_, place)) = self.responses(operation).into_iter().find(|(named, _)| *named == status.to_string())
        else {
            complaints.push(format!("{} has no status {status}: {}", operation.id, exchange.answer.text()));
            return complaints;
        };
        let name = format!("{} {status}", operation.id);
        complaints
            .extend(self.header_complaints(&place, exchange.answer).into_iter().map(|line| format!("{name}: {line}")));
        complaints.extend(self.body_complaints(&place, exchange).into_iter().map(|line| format!("{name}: {line}")));
        complaints.extend(self.code_complaint(&place, exchange).map(|line| format!("{name}: {line}")));
        let asked = self.request_complaints(operation, exchange);
        if (200..400).contains(&status) {
            complaints.extend(asked.into_iter().map(|line| format!("{name}, though {line}")));
        } else if let (422, true) = (status, asked.is_empty()) {
            let code = exchange.answer.json()["code"].as_str().unwrap_or_default().to_owned();
            if MALFORMED.contains(&code.as_str()) {
                complaints.push(format!("{name}: {code}, though the contract says nothing against the request"));
            }
        }
        complaints
    }

    /// What is wrong with an answer, whatever was asked.
    pub(crate) fn general_complaints(&self, answer: &Answer) -> Vec<String> {
        let mut complaints = Vec::new();
        let Some(request_id) = answer.header("x-request-id") else {
            complaints.push("the answer has no X-Request-Id".to_owned());
            return complaints;
        };
        // Pages for people say no as pages.
        let is_page = answer.header("content-type").is_some_and(|content_type| content_type.starts_with("text/html"));
        if answer.status >= 400 && !answer.body.is_empty() && !is_page {
            let problem = answer.json();
            complaints.extend(self.schema_complaints("/components/schemas/Problem", &problem, "problem"));
            if problem["request_id"] != json!(request_id) {
                complaints.push(format!("request_id is not the X-Request-Id {request_id}: {problem}"));
            }
            if problem["status"] != json!(answer.status) {
                complaints.push(format!("the problem's status is not {}: {problem}", answer.status));
            }
            if answer.header("content-type").as_deref() != Some("application/problem+json") {
                complaints.push("a problem of another content type".to_owned());
            }
        }
        complaints
    }

    /// A refusal says for which reasons it may come.
    fn code_complaint(&self, place: &str, exchange: &Exchange<'_>) -> Option<String> {
        let answer = exchange.answer;
        if answer.status < 400 || exchange.method == "HEAD" {
            return None;
        }
        let code = answer.json()["code"].clone();
        let codes = self.at(place)["x-codes"].as_array();
        let is_named = codes.is_some_and(|codes| codes.contains(&code));
        (!is_named).then(|| format!("the code {code} is not among the x-codes"))
    }

    fn header_complaints(&self, place: &str, answer: &Answer) -> Vec<String> {
        let named = self.headers(place);
        let mut complaints = Vec::new();
        for (name, pointer) in &named {
            let header = self.at(pointer);
            match answer.header(name) {
                None if header["required"] == json!(true) => complaints.push(format!("the header {name} is missing")),
                None => {}
                Some(text) => {
                    let schema = format!("{pointer}/schema");
                    let value = self.typed(&schema, &text);
                    complaints.extend(self.schema_complaints(&schema, &value, &format!("header {name}")));
                }
            }
        }
        for name in answer.headers.keys().map(reqwest::header::HeaderName::as_str) {
            if self.named_headers.contains(name) && !named.contains_key(name) {
                complaints.push(format!("the header {name} is there, and not in the contract"));
            }
        }
        complaints
    }

    fn body_complaints(&self, place: &str, exchange: &Exchange<'_>) -> Vec<String> {
        let answer = exchange.answer;
        let contents = self.at(place)["content"].as_object();
        let content_type = answer.header("content-type");
        let Some(contents) = contents else {
            let is_empty = answer.body.is_empty() && content_type.is_none();
            return if is_empty { Vec::new() } else { vec!["there is a body, and none in the contract".to_owned()] };
        };
        let content_type = content_type.unwrap_or_default();
        if !contents.contains_key(&content_type) {
            return vec![format!("the content type {content_type:?} is not in the contract")];
        }
        if exchange.method == "HEAD" {
            return if answer.body.is_empty() { Vec::new() } else { vec!["a HEAD with a body".to_owned()] };
        }
        if !content_type.ends_with("json") || answer.has_header("content-encoding") {
            return Vec::new();
        }
        match serde_json::from_slice::<Value>(&answer.body) {
            Err(error) => vec![format!("the body is no JSON: {error}")],
            Ok(body) => {
                self.schema_complaints(&format!("{place}/content/{}/schema", escaped(&content_type)), &body, "body")
            }
        }
    }

    /// How a request differs from what the contract says of it.
    fn request_complaints(&self, operation: &Operation, exchange: &Exchange<'_>) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut query = exchange.query();
        for pointer in self.parameters(operation) {
            let parameter = self.at(&pointer);
            let name = parameter["name"].as_str().unwrap_or_default();
            let schema = format!("{pointer}/schema");
            let is_list = self.type_of(&schema) == Some("array");
            let values: Vec<String> = match parameter["in"].as_str() {
                Some("query") => {
                    let (taken, left) = std::mem::take(&mut query).into_iter().partition(|(found, _)| found == name);
                    query = left;
                    let taken: Vec<(String, String)> = taken;
                    taken.into_iter().map(|(_, value)| value).collect()
                }
                Some("header") => exchange.header(name).map(str::to_owned).into_iter().collect(),
                Some("path") => path_value(&operation.path, exchange.path(), name).into_iter().collect(),
                _ => continue,
            };
            if values.is_empty() {
                if parameter["required"] == json!(true) {
                    complaints.push(format!("the parameter {name} is missing"));
                }
                continue;
            }
            if is_list {
                complaints.extend(self.schema_complaints(&schema, &json!(values), &format!("parameter {name}")));
            } else if let [value] = values.as_slice() {
                let value = self.typed(&schema, value);
                complaints.extend(self.schema_complaints(&schema, &value, &format!("parameter {name}")));
            } else {
                complaints.push(format!("the parameter {name} is there more than once"));
            }
        }
        complaints.extend(query.iter().map(|(name, _)| format!("the parameter {name} is not in the contract")));
        complaints.extend(self.request_body_complaints(operation, exchange));
        complaints
    }

    fn request_body_complaints(&self, operation: &Operation, exchange: &Exchange<'_>) -> Vec<String> {
        let (place, described) = self.resolve(&format!("{}/requestBody", operation.pointer));
        let content_type = exchange.header("content-type").unwrap_or_default();
        match (described.is_object(), exchange.body) {
            (false, None) => Vec::new(),
            (false, Some(_)) => vec!["there is a request body, and none in the contract".to_owned()],
            (true, None) if described["required"] != json!(true) => Vec::new(),
            (true, None) => vec!["the request body is missing".to_owned()],
            (true, Some(body)) => {
                let essence = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
                if described["content"].get(&essence).is_none() {
                    return vec![format!("the content type {content_type:?} of the request is not in the contract")];
                }
                let schema = format!("{place}/content/{}/schema", escaped(&essence));
                match serde_json::from_slice::<Value>(body) {
                    Err(error) => vec![format!("the request body is no JSON: {error}")],
                    Ok(body) => self.schema_complaints(&schema, &body, "request body"),
                }
            }
        }
    }

    /// The places of the parameters of an operation, those of its path among them.
    fn parameters(&self, operation: &Operation) -> Vec<String> {
        let path = operation.pointer.rsplit_once('/').map_or("", |(path, _)| path);
        let lists = [format!("{path}/parameters"), format!("{}/parameters", operation.pointer)];
        let places = |list: String| {
            let length = self.at(&list).as_array().map_or(0, Vec::len);
            (0..length).map(move |index| format!("{list}/{index}"))
        };
        lists.into_iter().flat_map(places).map(|place| self.resolve(&place).0).collect()
    }

    /// The headers of an answer: name in lower case and place in the document.
    fn headers(&self, place: &str) -> HashMap<String, String> {
        let headers = self.at(place)["headers"].as_object();
        let names = headers.into_iter().flat_map(|headers| headers.keys());
        let place = |name: &String| self.resolve(&format!("{place}/headers/{}", escaped(name))).0;
        names.map(|name| (name.to_lowercase(), place(name))).collect()
    }

    fn at(&self, pointer: &str) -> &Value {
        self.document.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// What stands at a place, or where the reference there leads to.
    fn resolve(&self, pointer: &str) -> (String, &Value) {
        let value = self.at(pointer);
        match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(target) => self.resolve(target),
            None => (pointer.to_owned(), value),
        }
    }

    fn type_of(&self, schema: &str) -> Option<&str> {
        self.resolve(schema).1["type"].as_str()
    }

    /// The text of a parameter or header as its schema takes it.
    fn typed(&self, schema: &str, text: &str) -> Value {
        match self.type_of(schema) {
            Some("integer") => text.parse::<i64>().map_or_else(|_| json!(text), Value::from),
            Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), Value::from),
            _ => json!(text),
        }
    }

    /// How a value differs from the schema at a place of the document.
    fn schema_complaints(&self, schema: &str, value: &Value, what: &str) -> Vec<String> {
        let validator = self.validator(schema);
        let complaint = |error: jsonschema::ValidationError<'_>| {
            let mut message = error.to_string();
            message.truncate(message.floor_char_boundary(400));
            format!("{what} {}: {message}", error.instance_path())
        };
        validator.iter_errors(value).map(complaint).collect()
    }

    fn validator(&self, schema: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let build = || {
            // With the whole document around it, the schema's own references lead somewhere.
            let mut document = self.document.clone();
            document["$ref"] = json!(format!("#{}", schema.replace('{', "%7B").replace('}', "%7D")));
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            Arc::new(options.build(&document).unwrap_or_else(|error| panic!("{schema}: {error}")))
        };
        Arc::clone(validators.entry(schema.to_owned()).or_insert_with(build))
    }
}

/// A name as a step of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What stands in a path where the template names a parameter.
fn path_value(template: &str, path: &str, name: &str) -> Option<String> {
    let mut steps = template.split('/').zip(path.split('/'));
    let (_, value) = steps.find(|(step, _)| step.strip_prefix('{').and_then(|s| s.strip_suffix('}')) == Some(name))?;
    let value =
        form_urlencoded::parse(format!("value={}", value.replace('+', "%2B")).as_bytes()).next()?.1.into_owned();
    Some(value)
}
