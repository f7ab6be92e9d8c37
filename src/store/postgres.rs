//! PostgreSQL: how it is reached, TLS included.
//!
//! The protocol is spoken by tokio-postgres; the query builder uses it through a blocking face, on threads made for
//! blocking. Nothing of libpq is linked.

use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use super::error::Error;

/// A connection to PostgreSQL with a blocking face.
pub(super) type PostgresConnection = AsyncConnectionWrapper<AsyncPgConnection, StoreRuntime>;

/// How long a server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(5);
/// What each session is set to: no statement, lock or idle transaction holds a connection for long.
const SESSION: &str = "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000";

/// Waits for the network on the runtime that the calling thread was lent by.
#[derive(Debug)]
pub struct StoreRuntime(tokio::runtime::Handle);

impl BlockOn for StoreRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn get_runtime() -> Self {
        Self(tokio::runtime::Handle::current())
    }
}

/// A database address that asks for something that can't be had.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not an address of PostgreSQL.
    #[error("the database address can't be read: {0}")]
    Address(String),
    /// A mode that would look safer than it is.
    #[error("sslmode={0} is not known; use disable, prefer, require or verify-full")]
    Mode(String),
    /// The file of certificates can't be used.
    #[error("the certificates in {path} can't be read: {reason}")]
    Certificates {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// How to reach a PostgreSQL server: its address, with TLS as `sslmode` and `sslrootcert` in it say.
#[derive(Clone)]
pub(super) struct Postgres {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
}

impl Postgres {
    /// Reads a `postgres://` address. `sslmode` means what it means to libpq: `disable`, `prefer` (the default) and
    /// `require` don't check the server's certificate, `verify-full` checks it against `sslrootcert` or, without that,
    /// against the certificates of the system.
    pub(super) fn parse(address: &str) -> Result<Self, TlsError> {
        let mut url = Url::parse(address).map_err(|error| TlsError::Address(error.to_string()))?;
        let mut mode = "prefer".to_owned();
        let mut root_certificates = None;
        let mut options = SESSION.to_owned();
        let mut others = Vec::new();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "sslmode" => mode = value.into_owned(),
                "sslrootcert" => root_certificates = Some(value.into_owned()),
                "options" => options = format!("{SESSION} {value}"),
                _ => others.push((name.into_owned(), value.into_owned())),
            }
        }
        url.query_pairs_mut().clear().extend_pairs(others);
        // In an address of PostgreSQL a plus is a plus.
        let query = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(query.as_deref());
        let mut config: tokio_postgres::Config =
            url.as_str().parse().map_err(|error: tokio_postgres::Error| TlsError::Address(describe(&error)))?;
        config.options(options);
        if config.get_application_name().is_none() {
            config.application_name("rejoinder");
        }
        // A line that is dead without a word is given up before many requests wait on it.
        config
            .connect_timeout(PATIENCE)
            .tcp_user_timeout(PATIENCE * 2)
            .keepalives_idle(PATIENCE * 6)
            .keepalives_interval(PATIENCE)
            .keepalives_retries(3);
        let (ssl_mode, tls) = match mode.as_str() {
            "disable" => (SslMode::Disable, unchecked()?),
            "prefer" => (SslMode::Prefer, unchecked()?),
            "require" => (SslMode::Require, unchecked()?),
            "verify-full" => (SslMode::Require, checked(root_certificates.as_deref())?),
            other => return Err(TlsError::Mode(other.to_owned())),
        };
        config.ssl_mode(ssl_mode);
        Ok(Self { config, tls: MakeRustlsConnect::new(tls) })
    }

    /// Connects. To be called on a thread made for blocking.
    pub(super) fn connect(&self) -> Result<PostgresConnection, Error> {
        let runtime = StoreRuntime::get_runtime();
        let connecting = async {
            let (client, connection) =
                self.config.connect(self.tls.clone()).await.map_err(|error| not_connected(&error))?;
            AsyncPgConnection::try_from_client_and_connection(client, connection)
                .await
                .map_err(|error| Error::Busy(error.to_string()))
        };
        let connected = runtime.block_on(async { tokio::time::timeout(PATIENCE, connecting).await });
        let connection = connected.map_err(|_elapsed| Error::Busy("the server does not answer".to_owned()))??;
        Ok(PostgresConnection::from(connection))
    }
}

/// Why there is no connection: a server that is away may come back, one that refuses us won't change its mind by itself.
fn not_connected(error: &tokio_postgres::Error) -> Error {
    const REFUSALS: [&str; 3] = ["28", "3D", "42"];
    let text = describe(error);
    let refused = error.code().is_some_and(|code| REFUSALS.iter().any(|class| code.code().starts_with(class)));
    if refused || text.contains("TLS handshake") { Error::Failed(text) } else { Error::Busy(text) }
}

/// An error with its causes, since the outer one alone says only "error connecting to server".
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, TlsError> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Address(error.to_string()))
}

fn checked(root_certificates: Option<&str>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = root_certificates {
        let unusable = |reason: &dyn std::fmt::Display| TlsError::Certificates {
            path: path.to_owned(),
            reason: reason.to_string(),
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))? {
            let certificate = certificate.map_err(|error| unusable(&error))?;
            roots.add(certificate).map_err(|error| unusable(&error))?;
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        let path = root_certificates.unwrap_or("the system's store").to_owned();
        return Err(TlsError::Certificates { path, reason: "there are none".to_owned() });
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

fn unchecked() -> Result<ClientConfig, TlsError> {
    let verifier = Arc::new(AnyCertificate(provider()));
    Ok(builder()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Takes any certificate, as libpq does below `verify-ca`: the line is encrypted, the server is not identified.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
