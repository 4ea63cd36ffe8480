//! G8, P11: what the server says has the class of the table of retries, from a trigger and from a proxy; what is not in it
//! is fatal.

use metalayer::core::Class;
use metalayer::prelude::*;
use ml_chaos::{Break, Fault, Message, Proxy};

use crate::aftermath::has_guests;
use crate::guests::{file, hotel, load, table};
use crate::support::open;

/// The table. What of a class is fatal is not named there by code, so some of each are here.
const TABLE: [(Class, &[&str]); 5] = [
    (
        Class::Unknown,
        &["08003", "08006", "08007", "40003", "57P01", "57P02"],
    ),
    (
        Class::Transient,
        &[
            "08001", "08004", "25006", "40001", "40P01", "53300", "55P03", "57014", "57P03",
        ],
    ),
    (Class::Wait, &["53100", "53200", "53400"]),
    (
        Class::Rows,
        &[
            "22000", "22001", "22003", "22008", "22021", "22P02", "22P04", "22P05", "23502",
            "23503", "23505", "23514", "23P01", "54000",
        ],
    ),
    (
        Class::Fatal,
        &[
            "42501", "42601", "42703", "42P01", "28000", "28P01", "3D000", "3F000", "0A000",
            "XX000", "XX001", "XX002", "58000", "58030", "58P01", "25P02", "40002", "54001",
            "54011", "57P04", "ZZ999", "AB1C2",
        ],
    ),
];

fn codes() -> impl Iterator<Item = (Class, &'static str)> {
    let each = |(class, codes): (Class, &'static [&'static str])| {
        codes.iter().map(move |code| (class, *code))
    };
    TABLE.into_iter().flat_map(each)
}

/// Raises the code that stands in a table beside.
const MOODY: &str = "CREATE TABLE bronze.mood (code text); INSERT INTO bronze.mood VALUES ('00000'); \
    CREATE FUNCTION bronze.moody() RETURNS trigger LANGUAGE plpgsql AS $$ \
    BEGIN RAISE EXCEPTION 'in a mood' USING ERRCODE = (SELECT code FROM bronze.mood); END $$; \
    CREATE TRIGGER moody BEFORE INSERT ON bronze.guests FOR EACH ROW EXECUTE FUNCTION bronze.moody()";

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_raises_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 10);
    let fresh = hotel().await;
    fresh.run(MOODY).await;
    let mut store = Store::new(&open(&fresh.url, 1), &table());
    for (class, code) in codes() {
        fresh
            .run(&format!("UPDATE bronze.mood SET code = '{code}'"))
            .await;
        let error = load(&path, &mut store, Gate::default()).await.unwrap_err();
        assert_eq!(error.class(), class, "{code}: {error:?}");
        assert!(error.chain().contains(code), "{code}: {error:?}");
    }
    fresh.run("DROP TRIGGER moody ON bronze.guests").await;
    has_guests(&fresh.url, 0).await;
    load(&path, &mut store, Gate::default()).await.unwrap();
    drop(store);
    has_guests(&fresh.url, 10).await;
}

/// In the middle of a load, and in the place of its COMMIT: where that may have happened the server is asked, and here it
/// has rolled back.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_answers_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 10);
    let fresh = hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&open(&proxy.url(), 1), &table());
    for (class, code) in codes() {
        for statement in ["RELEASE SAVEPOINT ml_rows", "COMMIT"] {
            proxy.plan(Fault {
                message: Message::Query(statement),
                at: Break::Refused(code),
            });
            let error = load(&path, &mut store, Gate::default()).await.unwrap_err();
            let expected = match (class, statement) {
                (Class::Unknown, "COMMIT") => Class::Transient,
                _ => class,
            };
            assert_eq!(error.class(), expected, "{code} at {statement}: {error:?}");
            assert!(!proxy.is_pending(), "{statement} did not come");
        }
    }
    has_guests(&fresh.url, 0).await;
    load(&path, &mut store, Gate::default()).await.unwrap();
    drop(store);
    has_guests(&fresh.url, 10).await;
}

/// Who is refused a connection, and why: wrong password, no such database, nobody there.
#[tokio::test(flavor = "multi_thread")]
async fn not_being_let_in_has_a_class() {
    let fresh = hotel().await;
    let (login, rest) = fresh.url.rsplit_once('@').unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    let user = login.rsplit_once(':').unwrap().0;
    for (url, class) in [
        (format!("{user}:wrong@{rest}"), Class::Fatal),
        (format!("{login}@{address}/nowhere"), Class::Fatal),
        (
            format!("{login}@127.0.0.1:1/{}", fresh.name),
            Class::Transient,
        ),
    ] {
        let error = open(&url, 1).migrate().await.unwrap_err();
        assert_eq!(error.class(), class, "{error:?}");
    }
}
