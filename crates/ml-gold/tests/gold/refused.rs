use ml_core::{Error, Kind, Type};
use ml_gold::{Aggregate, Dimension, Fact, Index, Reference, View, Warehouse};

use crate::star::{SALES, customer, star};

#[track_caller]
fn refused(warehouse: Warehouse, why: &str) {
    let error: Error = warehouse.render().unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn no_name_leaves_its_place() {
    let odd = r#"a"; DROP TABLE x; -- $block$ '"#;
    let plan = Warehouse::new(odd)
        .dimension(
            Dimension::new(odd, SALES)
                .key("k'\n\"", Type::Int8, "id")
                .type2("at", ["v"])
                .attribute("v", Type::Text, "v"),
        )
        .view(View::new("v\"", "SELECT 1; "))
        .render()
        .unwrap();
    let name = r#""a""; DROP TABLE x; -- $block$ '""#;
    let create = &plan.install[1].sql;
    assert!(
        create.starts_with("-- Grain: one row per k' \", valid_from.\nCREATE"),
        "{create}"
    );
    assert!(create.contains(&format!("{name}.{name}")), "{create}");
    let guards = &plan.steps.last().unwrap().sql;
    assert!(guards.starts_with("DO $a_block$\n"), "{guards}");
    assert!(guards.contains("attname = 'k''\n\"'"), "{guards}");
    assert!(plan.install.last().unwrap().sql.ends_with("AS\nSELECT 1"));
}

#[test]
fn names_are_checked() {
    refused(Warehouse::new(""), "cannot name");
    refused(
        star().view(View::new("fct_sales", "SELECT 1")),
        "two parts \"fct_sales\"",
    );
    refused(star().view(View::new("v", " ;")), "needs a query");
    let long = "x".repeat(60);
    refused(
        Warehouse::new("gold").dimension(Dimension::new(long, SALES).key("id", Type::Int8, "id")),
        "cannot name",
    );
    let columns = || Dimension::new("d", SALES).key("id", Type::Int8, "id");
    for (dimension, why) in [
        (
            columns().attribute("id", Type::Text, "x"),
            "two columns \"id\"",
        ),
        (columns().attribute("_x", Type::Text, "x"), "underscore"),
        (columns().attribute("x", Type::Text, " "), "expression"),
        (
            columns().attribute("d_key", Type::Text, "x"),
            "two columns \"d_key\"",
        ),
        (columns().required("x", Type::Bool, "x"), "unknown member"),
        (
            columns()
                .attribute("valid_to", Type::Date, "x")
                .type2("x", ["valid_to"]),
            "two columns",
        ),
        (
            columns()
                .attribute("is_current", Type::Bool, "x")
                .type2("x", ["is_current"]),
            "is_current",
        ),
        (columns().type2("x", ["y"]), "not an attribute"),
        (columns().type2("x", [""; 0]), "tracks nothing"),
        (Dimension::new("d", SALES), "natural key"),
        (
            Dimension::date("d", SALES, "x").attribute("x", Type::Text, "x"),
            "nothing else",
        ),
    ] {
        refused(Warehouse::new("gold").dimension(dimension), why);
    }
}

#[test]
fn references_are_checked() {
    let with = |fact: Fact| Warehouse::new("gold").dimension(customer()).fact(fact);
    let fact = || Fact::new("f", SALES).at("sold_on");
    refused(
        with(fact().dimension(Reference::to("dim_x").by("x"))),
        "no dimension of the warehouse",
    );
    refused(
        with(fact().dimension(Reference::to("dim_customer"))),
        "by 0 values",
    );
    let undated = Fact::new("f", SALES).dimension(Reference::to("dim_customer").by("x"));
    refused(with(undated), "needs the instant");
    refused(
        with(fact().measure("x", Type::Float8, "x")),
        "does not add up exactly",
    );
    refused(
        with(fact()).aggregate(Aggregate::new("a", "g").group("x", Type::Text, "x")),
        "no fact",
    );
    refused(
        with(fact()).aggregate(
            Aggregate::new("a", "f")
                .group("x", Type::Text, "x")
                .sum("y", "z"),
        ),
        "no measure of f",
    );
    refused(
        with(fact()).aggregate(Aggregate::new("a", "f").count("n")),
        "needs a key",
    );
    refused(with(fact().measure("{rows}", Type::Int8, "1")), "{rows}");
}

#[test]
fn an_index_is_on_columns_that_are_there() {
    for columns in [vec!["nothing"], Vec::new()] {
        let fact = || Fact::new("f", SALES).index(Index::btree(columns.clone()));
        refused(
            Warehouse::new("gold").fact(fact()),
            "which are not columns of it",
        );
        let aggregate = Aggregate::new("agg", "fct_sales")
            .group("day", Type::Date, "date.day")
            .index(Index::brin(columns.clone()));
        refused(star().aggregate(aggregate), "which are not columns of it");
    }
}
