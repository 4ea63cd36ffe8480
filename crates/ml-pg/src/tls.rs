use std::path::Path;
use std::sync::Arc;

use ml_core::{Error, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Verifies certificates and host names against the given PEM file, or the system's roots.
pub(crate) fn connector(roots: Option<&Path>) -> Result<MakeRustlsConnect> {
    let roots = match roots {
        Some(path) => given(path)?,
        None => system()?,
    };
    // Named explicitly: the default provider of a process belongs to the host program.
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::config("cannot set TLS up").because(error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn given(path: &Path) -> Result<RootCertStore> {
    let unreadable = || {
        Error::config(format!(
            "sslrootcert: {} is not a PEM file of certificates",
            path.display()
        ))
    };
    let mut roots = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(path).map_err(|error| unreadable().because(error))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unreadable().because(error))?;
        roots
            .add(certificate)
            .map_err(|error| unreadable().because(error))?;
    }
    if roots.is_empty() {
        Err(unreadable())
    } else {
        Ok(roots)
    }
}

fn system() -> Result<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (_, ignored) = roots.add_parsable_certificates(found.certs);
    tracing::debug!(
        ignored,
        errors = found.errors.len(),
        "read the system's root certificates"
    );
    if roots.is_empty() {
        return Err(Error::config(
            "the system has no root certificates to verify the server with: install its ca-certificates, \
             or name a PEM file in sslrootcert",
        ));
    }
    Ok(roots)
}
