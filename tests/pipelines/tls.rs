//! TLS verifies certificate and host name. A proxy ends it, so that any server will do behind it.

use std::path::PathBuf;
use std::sync::Arc;

use metalayer::core::Kind;
use metalayer::pg::Config;
use metalayer::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::Fresh;

/// A TLS front for `localhost`, and the certificate to trust.
struct Front {
    port: u16,
    roots: PathBuf,
    _folder: tempfile::TempDir,
}

impl Front {
    async fn of(fresh: &Fresh) -> Self {
        let certified = rcgen::generate_simple_self_signed([String::from("localhost")]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let roots = folder.path().join("roots.pem");
        std::fs::write(&roots, certified.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(serve(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            behind(fresh),
        ));
        Front {
            port,
            roots,
            _folder: folder,
        }
    }

    fn url(&self, fresh: &Fresh, host: &str, more: &str) -> String {
        let (login, rest) = fresh.url.rsplit_once('@').unwrap();
        let name = rest.split_once('/').unwrap().1;
        format!("{login}@{host}:{}/{name}{more}", self.port)
    }
}

fn behind(fresh: &Fresh) -> String {
    let host = fresh.url.rsplit_once('@').unwrap().1;
    host.split_once('/').unwrap().0.to_owned()
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, server: String) {
    while let Ok((mut client, _)) = listener.accept().await {
        let (tls, server) = (tls.clone(), server.clone());
        tokio::spawn(async move {
            // SSLRequest: eight bytes, answered with one
            client.read_exact(&mut [0; 8]).await?;
            client.write_all(b"S").await?;
            let mut client = tls.accept(client).await?;
            let mut server = TcpStream::connect(server).await?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}

async fn reach(url: String) -> Result<()> {
    let database = Database::open(&Config::new(&url.into())?)?;
    database.client().await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_and_host_name_are_verified() {
    let fresh = Fresh::empty().await;
    let front = Front::of(&fresh).await;
    let roots = front.roots.display();
    let trusting = |mode: &str| format!("?sslmode={mode}&sslrootcert={roots}");

    for mode in ["require", "verify-full"] {
        let trusted = front.url(&fresh, "localhost", &trusting(mode));
        reach(trusted).await.unwrap();
        let another_name = front.url(&fresh, "127.0.0.1", &trusting(mode));
        assert_eq!(reach(another_name).await.unwrap_err().kind(), Kind::Storage);
        let unknown = front.url(&fresh, "localhost", &format!("?sslmode={mode}"));
        let error = reach(unknown).await.unwrap_err();
        assert!(error.chain().contains("certificate"), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_not_talked_to_where_it_is_required() {
    let fresh = Fresh::empty().await;
    let url = format!(
        "{}{}sslmode=verify-full",
        fresh.url,
        if fresh.url.contains('?') { "&" } else { "?" }
    );
    if let Err(error) = reach(url).await {
        assert!(!error.chain().contains("password"), "{error:?}");
        return;
    }
    panic!("the server of these tests has no TLS, or a certificate that is trusted here");
}
