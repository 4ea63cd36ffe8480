use ml_core::Pii;
use ml_quality::{Action, ColumnRules, NumberRules, Rule, RuleSet, TextRules};
use rust_decimal::dec;

use crate::order::{Order, good, violations};

/// What the rule says about `order`: `None` when it passes.
fn said(rule: Rule, order: &Order) -> Option<(String, String)> {
    let covered = [
        Order::INVOICE_NO.not_null().named("covers.invoice_no"),
        Order::PRICE.not_null().named("covers.price"),
    ];
    let rules = covered
        .into_iter()
        .chain([rule])
        .map(|rule| (Action::Warn, rule));
    let judge = rules.collect::<RuleSet<Order>>().build();
    let violation = violations(&judge.ok()?, order).pop()?;
    Some((
        format!("{}: {}", violation.rule, violation.expected),
        violation.found,
    ))
}

fn violated(rule: Rule, order: &Order, expected: &str, found: &str) {
    assert_eq!(
        said(rule, order),
        Some((expected.to_owned(), found.to_owned()))
    );
}

#[test]
fn texts() {
    let order = Order {
        invoice_no: " \t".into(),
        region: Some("Mars".into()),
        email: Pii::new(Some(String::new())),
        ..good()
    };
    let blank = "invoice_no.not_blank: text that is not blank";
    violated(Order::INVOICE_NO.not_blank(), &order, blank, r#"" \t""#);
    let one_of = "region.one_of: one of Europe, Asia Pacific";
    let regions = ["Europe", "Asia Pacific"];
    violated(Order::REGION.one_of(regions), &order, one_of, r#""Mars""#);
    let length = "region.length: 5 to 20 characters";
    violated(Order::REGION.length(5, 20), &order, length, r#""Mars""#);
    let email = "email.format: an e-mail address (HTML5)";
    violated(Order::EMAIL.is_email(), &order, email, "***");
}

#[test]
fn null_passes_all_but_two() {
    let order = Order {
        region: None,
        email: Pii::new(None),
        stock: None,
        shipped_at: None,
        ..good()
    };
    for rule in [
        Order::REGION.one_of(["Europe"]),
        Order::REGION.length(1, 2),
        Order::EMAIL.is_email(),
        Order::STOCK.positive(),
        Order::STOCK.between(1, 2),
        Order::SHIPPED_AT.at_least(good().shipped_at.unwrap()),
    ] {
        assert_eq!(said(rule.clone(), &order), None, "{rule:?}");
    }
    violated(
        Order::STOCK.not_null(),
        &order,
        "stock.not_null: a value",
        "NULL",
    );
    let blank = "region.not_blank: text that is not blank";
    violated(Order::REGION.not_blank(), &order, blank, "NULL");
}

#[test]
fn ranges() {
    let order = Order {
        quantity: -5,
        price: dec!(0.00),
        score: f64::NAN,
        ..good()
    };
    violated(
        Order::QUANTITY.between(0, 9),
        &order,
        "quantity.range: 0 to 9",
        "-5",
    );
    violated(
        Order::QUANTITY.at_least(0),
        &order,
        "quantity.range: at least 0",
        "-5",
    );
    violated(
        Order::STOCK.at_most(6),
        &order,
        "stock.range: at most 6",
        "7",
    );
    violated(
        Order::PRICE.positive(),
        &order,
        "price.positive: above 0",
        "0.00",
    );
    violated(
        Order::SCORE.at_most(1.0),
        &order,
        "score.range: at most 1",
        "NaN",
    );
    let day = good().ordered_on.succ_opt().unwrap();
    let later = "ordered_on.range: at least 2024-03-01";
    violated(Order::ORDERED_ON.at_least(day), &order, later, "2024-02-29");
    assert_eq!(said(Order::ORDERED_ON.at_most(day), &order), None);
    assert_eq!(said(Order::PICKED_AT.at_most(day.into()), &order), None);
}

#[test]
fn expressions() {
    let amount = || Order::PRICE.expr() * Order::QUANTITY.expr();
    let off = |order: &Order| {
        let rule = (amount() - Order::REVENUE).abs().at_most(dec!(0.01));
        said(rule, order)
    };
    let revenue = |revenue| Order { revenue, ..good() };
    assert_eq!(off(&revenue(Some(dec!(7.51)))), None);
    assert_eq!(off(&revenue(None)), None);
    let expected = "price_quantity_revenue.range: abs((price * quantity) - revenue) at most 0.01";
    let found = "price = 2.50, quantity = 3, revenue = 7.511";
    let said_off = off(&revenue(Some(dec!(7.511))));
    assert_eq!(said_off, Some((expected.to_owned(), found.to_owned())));
    violated(
        (amount() + 1).equals(Order::STOCK),
        &good(),
        "price_quantity_stock.equal: (price * quantity) + 1 equal to stock",
        "price = 2.50, quantity = 3, stock = 7",
    );
    assert_eq!(said(amount().between(7, 8), &good()), None);
    assert_eq!(said(amount().positive(), &good()), None);
    let mixed = Order::SCORE.expr() * 2;
    assert_eq!(said(mixed.equals(dec!(1)), &good()), None);
}

#[test]
fn other_names_and_words() {
    let rule = Order::STOCK
        .at_most(6)
        .named("stock.few")
        .expecting("an empty shelf");
    violated(rule, &good(), "stock.few: an empty shelf", "7");
}
