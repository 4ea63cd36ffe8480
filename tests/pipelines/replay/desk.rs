//! What the desk lists, shows, exports and refuses.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_decided_is_said() {
    let fresh = loaded().await;
    let desk = desk(&fresh);
    let refused = async |done: Result<()>, why: &str| {
        let error = done.unwrap_err();
        assert_eq!(error.kind(), Kind::Contract, "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(!format!("{error:?}").contains("canary"));
    };
    refused(
        desk.fix(id(1), "1").await,
        "the quarantine has no record 1 of load 1",
    )
    .await;
    refused(desk.discard(id(9), "x").await, "the quarantine has no").await;
    refused(desk.discard(id(2), " ").await, "without a reason").await;
    refused(desk.fix(id(2), "").await, "no bytes").await;
    refused(
        desk.fix(id(2), vec![b'1'; 17 << 20]).await,
        "more than 16777216",
    )
    .await;
    desk.discard(id(2), "not needed").await.unwrap();
    desk.discard(id(2), "other reason").await.unwrap();
    assert_eq!(
        desk.show(id(2)).await.unwrap().discard_reason.unwrap(),
        "not needed"
    );
    refused(desk.fix(id(2), "1").await, "it is discarded").await;
    desk.fix(id(3), "3,,03.03.2024,4,c@canary").await.unwrap();
    replay(&fresh.database).await.unwrap().unwrap();
    refused(desk.fix(id(3), "1").await, "it is replayed").await;
    refused(desk.discard(id(3), "x").await, "it is replayed").await;
    check_conserved(&fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_cut_comes_back_only_whole() {
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    let long = "x".repeat(70_000);
    load(
        &fresh.database,
        &flow(),
        &format!("1,{long},01.03.2024,0,a@x\n"),
    )
    .await
    .unwrap();
    let desk = desk(&fresh);
    let entry = desk.show(id(1)).await.unwrap();
    assert_eq!((entry.raw_length, entry.whole()), (70_019, None));
    let cut = entry.raw.unwrap().into_inner();
    assert_eq!(cut.len(), 64 << 10);
    let error = desk.fix(id(1), cut).await.unwrap_err();
    assert!(
        error.to_string().contains("first 65536 bytes of 70019"),
        "{error}"
    );
    desk.fix(id(1), format!("1,{long},01.03.2024,1,a@x"))
        .await
        .unwrap();
    replay(&fresh.database).await.unwrap().unwrap();
    assert_eq!(
        fresh.one("SELECT length(note) FROM bronze.orders").await,
        "70000"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another() {
    let fresh = loaded().await;
    let desk = QuarantineDesk::of(&fresh.database);
    let (mut filter, mut records) = (EntryFilter::default().page(1), Vec::new());
    while let Some(entry) = desk.list(&filter).await.unwrap().pop() {
        filter = filter.after(entry.id);
        records.push(entry.id.record);
    }
    assert_eq!(records, [2, 3, 5, 6]);
    let of_rule = EntryFilter::default().rule("day.decode");
    assert_eq!(desk.list(&of_rule).await.unwrap()[0].id, id(6));
    assert!(
        desk.list(&EntryFilter::default().state(EntryState::Fixed))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        desk.list(&EntryFilter::default().dataset(&"silver.orders".parse().unwrap()))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_cover_bytes_and_hold_no_formula() {
    let fresh = loaded().await;
    load(
        &fresh.database,
        &flow(),
        "7,,01.03.2024,0,=cmd()\n=1+1,,01.03.2024,1,g@x\n",
    )
    .await
    .unwrap();
    let revealed = desk(&fresh);
    revealed.fix(id(2), "=2").await.unwrap();
    let stored = "SELECT md5(string_agg(q::text, ',' ORDER BY load_id, record_no)) FROM meta.quarantine AS q";
    let before = fresh.one(stored).await;
    let (all, mut csv, mut json) = (EntryFilter::default(), Vec::new(), Vec::new());
    assert_eq!(revealed.export_csv(&all, &mut csv).await.unwrap(), 6);
    assert_eq!(revealed.export_ndjson(&all, &mut json).await.unwrap(), 6);
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.contains(",\"'=1+1,,01.03.2024,1,g@x\",") && csv.contains(",\"'=2\","),
        "{csv}"
    );
    let json = String::from_utf8(json).unwrap();
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(
        (first["fixed"].as_str(), first["line"].as_u64()),
        (Some("=2"), Some(3))
    );

    let (covered, mut csv, mut json) =
        (QuarantineDesk::of(&fresh.database), Vec::new(), Vec::new());
    covered.export_csv(&all, &mut csv).await.unwrap();
    covered.export_ndjson(&all, &mut json).await.unwrap();
    let shown = format!(
        "{}{}",
        String::from_utf8(csv).unwrap(),
        String::from_utf8(json).unwrap()
    );
    assert!(
        shown.contains("***") && !shown.contains("canary") && !shown.contains("=2"),
        "{shown}"
    );
    assert!(!format!("{:?}", revealed.list(&all).await.unwrap()).contains("canary"));
    assert_eq!(fresh.one(stored).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_bytes_is_told_which_privilege_is_missing() {
    let fresh = loaded().await;
    let role = format!("{}_clerk", fresh.name);
    let columns = "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = 'meta.quarantine'::regclass \
        AND attnum > 0 AND attname NOT IN ('raw', 'fixed')";
    let columns = fresh.one(columns).await;
    fresh
        .run(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'clerk'; GRANT USAGE ON SCHEMA meta TO {role}; \
             GRANT SELECT ON meta.load TO {role}; GRANT SELECT ({columns}) ON meta.quarantine TO {role}"
        ))
        .await;
    let (_, place) = fresh.url.split_once('@').expect("the URL names a user");
    let clerk = open(&format!("postgres://{role}:clerk@{place}"), 2);
    let covered = QuarantineDesk::of(&clerk);
    let entries = covered.list(&EntryFilter::default()).await.unwrap();
    assert_eq!(
        (entries.len(), &entries[0].raw, entries[0].raw_length),
        (4, &None, 27)
    );
    covered
        .export_csv(&EntryFilter::default(), tokio::io::sink())
        .await
        .unwrap();
    let refused = |error: Error| {
        assert_eq!(error.kind(), Kind::Config, "{error:?}");
        assert!(
            error
                .to_string()
                .contains("SELECT (raw, fixed) on meta.quarantine"),
            "{error}"
        );
    };
    refused(
        covered
            .clone()
            .revealed()
            .list(&EntryFilter::default())
            .await
            .unwrap_err(),
    );
    refused(covered.fix(id(2), "1").await.unwrap_err());
    refused(replay(&clerk).await.unwrap_err());
    fresh
        .run(&format!(
            "GRANT SELECT (raw, fixed) ON meta.quarantine TO {role}"
        ))
        .await;
    let entries = covered
        .clone()
        .revealed()
        .list(&EntryFilter::default())
        .await
        .unwrap();
    assert!(entries[0].whole().is_some());
    drop((covered, clerk));
    fresh
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}
