use tokio::sync::watch;

use crate::Message;

/// A message of a client that is held back, and its connection with it, until this is dropped.
#[derive(Debug)]
pub struct Hold {
    come: watch::Receiver<bool>,
    _let_go: watch::Sender<()>,
}

/// The proxy's end of a [`Hold`].
#[derive(Debug)]
pub(crate) struct Latch {
    pub(crate) message: Message,
    come: watch::Sender<bool>,
    let_go: watch::Receiver<()>,
}

impl Hold {
    pub(crate) fn of(message: Message) -> (Self, Latch) {
        let (come, has_come) = watch::channel(false);
        let (until, let_go) = watch::channel(());
        let hold = Hold {
            come: has_come,
            _let_go: until,
        };
        let latch = Latch {
            message,
            come,
            let_go,
        };
        (hold, latch)
    }

    /// Waits until the message has come; for ever, if it never does.
    pub async fn reached(&mut self) {
        if self.come.wait_for(|come| *come).await.is_err() {
            std::future::pending().await
        }
    }
}

impl Latch {
    /// Says that the message has come, and waits until it may go on.
    pub(crate) async fn wait(mut self) {
        self.come.send_replace(true);
        while self.let_go.changed().await.is_ok() {}
    }
}
