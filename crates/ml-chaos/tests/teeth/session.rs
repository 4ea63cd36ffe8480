use tokio_postgres::{Client, Error, NoTls};

/// A connection that is made when it is needed.
pub(crate) struct Session {
    url: String,
    client: Option<Client>,
}

impl Session {
    pub(crate) fn of(url: &str) -> Self {
        Session {
            url: url.to_owned(),
            client: None,
        }
    }

    pub(crate) async fn client(&mut self) -> Result<&mut Client, Error> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => connect(&self.url).await?,
        };
        Ok(self.client.insert(client))
    }

    /// The next one gets another connection.
    pub(crate) fn discard(&mut self) {
        self.client = None;
    }
}

pub(crate) async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
