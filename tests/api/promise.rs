//! One test of the API: a sentence, and how it is run on one kind of database.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use libtest_mimic::Trial;

use crate::databases::{Databases, Kind};
use crate::world::Setup;

/// A test, and the sentence that it proves.
pub(crate) struct Promise {
    pub(crate) name: &'static str,
    pub(crate) prove: fn(Setup) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// The promises of one part of the API.
pub(crate) type Area = (&'static str, &'static [Promise]);

/// Lists tests; one that is left out is dead code, which the compiler reports.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const PROMISES: &[$crate::promise::Promise] = &[$($crate::promise::Promise {
            name: stringify!($name),
            prove: |setup| Box::pin($name(setup)),
        }),+];
    };
}
pub(crate) use promises;

/// The test as the test runner knows it. Without databases it can only be listed.
pub(crate) fn trial(databases: Option<Arc<Databases>>, kind: Kind, area: &str, promise: &'static Promise) -> Trial {
    let name = format!("{}::{area}::{}", kind.name(), promise.name);
    Trial::test(name, move || {
        let databases = databases.ok_or("there are no databases")?;
        let setup = Setup::new(databases, kind);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let outcome = AssertUnwindSafe((promise.prove)(setup.clone())).catch_unwind().await;
            let complaints = setup.finish(outcome.is_ok()).await;
            if let Err(panic) = outcome {
                resume_unwind(panic);
            }
            if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
        })
    })
}
