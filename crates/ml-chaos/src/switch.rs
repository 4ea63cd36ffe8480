use std::pin::pin;

use tokio::sync::oneshot;

use crate::{Error, Hold, Subject, Trial};

/// Two calls, of which the first is held at a message until the other has ended, or waits for a lock that it has.
pub(crate) async fn switched<S: Subject, A, B>(
    trial: &Trial<'_, S>,
    mut hold: Hold,
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> Result<(A, B), Error> {
    let (end, mut ended) = oneshot::channel();
    let first = async {
        let a = one.await;
        let _ = end.send(()); // who waited for it may be gone
        Ok(a)
    };
    let second = async {
        tokio::select! {
            () = hold.reached() => {}
            _ = &mut ended => {}
        }
        let mut other = pin!(other);
        tokio::select! {
            b = &mut other => {
                drop(hold);
                Ok(b)
            }
            waits = trial.witness.waits() => {
                drop(hold);
                waits?;
                Ok(other.await)
            }
        }
    };
    tokio::try_join!(first, second)
}
