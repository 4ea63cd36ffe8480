use std::thread;

/// Taken from the system only as far as it is used.
const STACK_BYTES: usize = 32 << 20;

/// Reads SQL on a thread with a stack of its own: the parser takes up to 100 kB a bracket, and hosts may have 2 MB.
///
/// Answers what `read` does, or why there was no reading.
pub(crate) fn on_own_stack<T: Send>(read: impl FnOnce() -> T + Send) -> Result<T, String> {
    let own = thread::Builder::new().stack_size(STACK_BYTES);
    thread::scope(|scope| match own.spawn_scoped(scope, read) {
        Ok(thread) => thread
            .join()
            .map_err(|_| "the parser of SQL gave up".into()),
        Err(error) => Err(format!("there is no thread to read SQL on: {error}")),
    })
}
