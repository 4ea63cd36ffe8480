use ml_chaos::{File, Holds, Layout, Pollution, Refining, Said, Streaming, Stretch, Subject};

use crate::bug::Bug;
use crate::csv::LONGEST;
use crate::session::{Session, connect};
use crate::{load, refine, stream};

/// A small loader in plain `tokio-postgres`, which is right, or has a bug.
pub(crate) struct Model(pub(crate) Option<Bug>);

impl Subject for Model {
    type Session = Session;

    fn layout(&self) -> Layout {
        Layout {
            columns: vec![
                Holds::Key.named("id"),
                Holds::Version.named("version"),
                Holds::Text.named("name"),
                Holds::Number.named("amount"),
            ],
            longest: LONGEST,
            rows: "teeth.record".to_owned(),
            written: ["teeth.load", "teeth.held"].map(str::to_owned).to_vec(),
            held: "SELECT number, rule FROM teeth.held JOIN teeth.load USING (load_id) WHERE name = $1".to_owned(),
            counted: "SELECT accepted + held, accepted, held FROM teeth.load WHERE name = $1".to_owned(),
        }
    }

    async fn prepare(&self, url: &str) -> Result<(), String> {
        let client = connect(url).await.map_err(|error| error.to_string())?;
        let made = client.batch_execute(include_str!("tables.sql")).await;
        made.map_err(|error| format!("{error:?}"))
    }

    async fn open(&self, url: &str) -> Result<Session, String> {
        let mut session = Session::of(url);
        session.client().await.map_err(|error| error.to_string())?;
        Ok(session)
    }

    async fn load(&self, session: &mut Session, file: &File) -> Said {
        load::load(session, file, self.0).await
    }

    fn rule(&self, pollution: Pollution) -> Option<&'static str> {
        Some(match pollution {
            Pollution::Missing | Pollution::Surplus | Pollution::EndMarker => "width",
            Pollution::StrayQuote | Pollution::OpenQuote => "quote",
            Pollution::Nul => "nul",
            Pollution::NotUtf8 => "utf8",
            Pollution::NotANumber | Pollution::Infinite | Pollution::Letters => "number",
            Pollution::Oversized => "size",
        })
    }
}

impl Streaming for Model {
    async fn append(&self, session: &mut Session, stretch: &Stretch) -> Said {
        stream::append(session, stretch, self.0).await
    }
}

impl Refining for Model {
    fn refined(&self) -> String {
        "teeth.thing".to_owned()
    }

    async fn advance(&self, session: &mut Session) -> Said {
        refine::advance(session, self.0).await
    }
}
