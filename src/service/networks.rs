//! The key under which the networks of clients are hashed, so that no address is kept.

use super::{Error, Service};
use crate::domain::address::NetworkKey;
use crate::store::{self, Connection};

/// The name under which the key is kept.
const NETWORK_KEY: &str = "network_key";

/// Reads the key of this installation, which is made at the first start.
///
/// # Errors
/// The store's trouble.
pub(super) async fn ensure_key(service: &Service) -> Result<(), Error> {
    let randomness = service.randomness.clone();
    let work = move |connection: &mut Connection| {
        store::secrets::insert(connection, NETWORK_KEY, &randomness.bytes())?;
        let kept = store::secrets::find(connection, NETWORK_KEY)?;
        kept.ok_or_else(|| Error::Broken("no key of networks".to_owned()))
    };
    let key = service.store.write(work).await?;
    let bytes = key.try_into().map_err(|_other_length| Error::Broken("the key of networks is damaged".to_owned()))?;
    service.network_key.get_or_init(|| NetworkKey::from_bytes(bytes));
    Ok(())
}
