//! Files that do not fit are refused, and where.

use ml_core::{ColumnDef, Contract, Dataset, Error, Kind, Type};
use ml_quality::RuleFile;

fn contract() -> Contract {
    let mut amount = ColumnDef::of("amount", Type::Numeric);
    amount.critical = true;
    let columns = vec![
        amount,
        ColumnDef::of("pieces", Type::Int4),
        ColumnDef::of("region", Type::Text),
        ColumnDef::of("day", Type::Date),
    ];
    Contract {
        dataset: Dataset::of("bronze", "orders"),
        columns,
        grain: Vec::new(),
    }
}

fn error(name: &str, text: &str) -> Error {
    let built = RuleFile::named(name, text).and_then(|file| file.build_for(&contract()));
    let error = built.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    error
}

/// The file's name stands in front.
fn refusal(name: &str, text: &str) -> String {
    let said = error(name, text).to_string();
    let said = said.strip_prefix(&format!("{name}, line ")).unwrap();
    said.replacen(" column ", ":", 1)
}

const KEYS: &str = "id, action, expected, dimension, tolerance, column, check, when, where, required_if, present, length, starts_with, \
    ends_with, contains, matches, characters, one_of, none_of, range, multiple_of, scale, precision, not_before, \
    not_after, recent, ordered, within_days";
const CHECKS: &str = "not_null, not_blank, email, email_strict, url, uuid, ipv4, ipv6, iso_date, phone, iban, luhn, \
    country, country_alpha3, currency, lower_case, upper_case, trimmed, positive, not_negative, finite, not_future";

/// What stands under `[[rule]]`.
#[test]
fn toml_is_refused_where_it_is_wrong() {
    let typo = format!("3:1: unknown key \"chekc\", expected {KEYS}");
    let nice = format!("3:9: unknown check \"nice\", expected {CHECKS}");
    let named = KEYS.split_once("where, ").unwrap().1;
    let empty = format!("1:1: a rule needs one of when, check, {named}");
    let table = [
        ("column = 'amount'\nchekc = 'email'", typo.as_str()),
        (
            "column = 'amout'\ncheck = 'positive'",
            "2:10: bronze.orders has no column \"amout\"",
        ),
        ("column = 'amount'\ncheck = 'nice'", nice.as_str()),
        (
            "column = 'amount'\ncheck = 'email'",
            "2:10: amount is a number, where text is expected",
        ),
        (
            "column = 'amount'\ncheck = 'positive'\naction = 'drop'",
            "4:10: unknown action \"drop\", expected one of warn, quarantine, abort",
        ),
        (
            "column = 'amount'\ncheck = 'positive'\naction = 1",
            "4:10: action is a number, expected a text",
        ),
        (
            "column = 'amount'\ncheck = 'positive'\nlength = {}",
            "1:1: a rule has only one of check, length",
        ),
        ("column = 'amount'", empty.as_str()),
        ("check = 'positive'", "1:1: check needs a column"),
        ("when = 'amount > 0'", "1:1: a rule with `when` needs an id"),
        (
            "id = 'x'\nwhen = 'amount > 0'\ncolumn = 'amount'",
            "4:10: `when` names its columns itself",
        ),
        (
            "column = 'amount'\nrange = { min = 0x10 }",
            "3:17: 0x10 is no numeric of at most 28 digits, as amount is",
        ),
        (
            "column = 'amount'\nrange = { min = nan }",
            "3:17: nan is no numeric of at most 28 digits, as amount is",
        ),
        (
            "column = 'amount'\nrange = { low = 1 }",
            "3:11: unknown key \"low\", expected min, max",
        ),
        (
            "column = 'amount'\nrange = {}",
            "3:9: a range needs min or max",
        ),
        (
            "column = 'day'\nrange = { min = 2026-02-01, max = '2026-02-30' }",
            "3:35: \"2026-02-30\" is no date, as day is",
        ),
        (
            "column = 'region'\nrange = { min = 1 }",
            "3:9: region is text, which has no range",
        ),
        (
            "column = 'region'\none_of = ['a', 1]",
            "3:16: 1 is no text, as region is",
        ),
        (
            "column = 'region'\none_of = []",
            "3:10: one_of needs values",
        ),
        (
            "column = 'pieces'\none_of = [1, 1.5]",
            "3:14: 1.5 is no integer, as pieces is",
        ),
        (
            "column = 'region'\nlength = { min = 5, max = 2 }",
            "3:27: max is below min, which is 5",
        ),
        (
            "column = 'region'\nlength = { min = 5 }",
            "3:10: a length needs max",
        ),
        (
            "column = 'region'\nlength = { max = -1 }",
            "3:18: max is no whole number from 0",
        ),
        (
            "column = 'amount'\ncheck = 'positive'\ndimension = 'beauty'",
            "4:13: unknown dimension \"beauty\", expected one of completeness, validity, uniqueness, consistency, \
             timeliness, accuracy",
        ),
        (
            "column = 'amount'\ncheck = 'positive'\ntolerance = {}",
            "4:13: a tolerance needs share or records",
        ),
        (
            "column = 'amount'\ncheck = 'positive'\ntolerance = { share = 1.5 }",
            "4:23: share is 1.5, expected a share from 0 to 1",
        ),
        (
            "column = 'region'\nstarts_with = ''",
            "3:15: starts_with is empty, which says nothing",
        ),
        (
            "column = 'region'\ncharacters = 'hex'",
            "3:14: unknown characters \"hex\", expected digits, letters, alphanumeric, printable, no_controls",
        ),
        (
            "column = 'amount'\nmultiple_of = 'x'",
            "3:15: multiple_of is no number of at most 28 digits",
        ),
        (
            "column = 'amount'\nprecision = { digits = 5 }",
            "3:13: precision needs places",
        ),
        (
            "column = 'region'\ncheck = 'not_future'",
            "2:10: now is no text",
        ),
        (
            "column = 'day'\nordered = 'dai'",
            "2:10: there is no column dai",
        ),
        (
            "column = 'day'\npresent = { least = 1, of = ['day'] }",
            "2:10: present names its columns itself",
        ),
        (
            "present = { least = 1, of = ['day', 'x'] }",
            "2:29: bronze.orders has no column \"x\"",
        ),
        (
            "column = 'region'\ncheck = 'not_null'\nwhere = 'amout > 1'",
            "4:10: bronze.orders has no column \"amout\"",
        ),
        (
            "column = 'region'\nrequired_if = 'amount >'",
            "3:15: expected an expression, found: EOF",
        ),
        ("column = 'a'\ncolumn = 'b'", "3:1: duplicate key"),
    ];
    for (rule, said) in table {
        assert_eq!(
            refusal("r.toml", &format!("[[rule]]\n{rule}")),
            said,
            "{rule}"
        );
    }
}

#[test]
fn sql_is_refused_at_its_place_in_the_file() {
    let upper = "line 1 column 16 of the condition: a rule cannot have the function upper";
    let table = [
        (
            "'amount > 0 and upper(region) = region'",
            "3:24: a rule cannot have the function upper",
        ),
        (
            "\"\"\"\namount > 0 and\n  amout < 1\"\"\"",
            "5:3: bronze.orders has no column \"amout\"",
        ),
        (
            "\"amount > 0 and\\tamout < 1\"",
            "3:8: bronze.orders has no column \"amout\"",
        ),
        (
            "\"amount > 0 and\\tupper(region) = 'A'\"",
            &*format!("3:8: {upper}"),
        ),
        (
            "'amount'",
            "3:8: amount is a number, where a condition is expected",
        ),
        (
            "'amount > region'",
            "3:8: region is text, where a number is expected",
        ),
        ("'amount >'", "3:17: expected an expression, found: EOF"),
    ];
    for (when, said) in table {
        let text = format!("[[rule]]\nid = 'x'\nwhen = {when}");
        assert_eq!(refusal("r.toml", &text), said, "{when}");
    }
    let table = [
        (
            "amount > 0 and upper(region) = region",
            "3:26: a rule cannot have the function upper",
        ),
        (
            "|\n      amount > 0 and amout > 1\n",
            "4:22: bronze.orders has no column \"amout\"",
        ),
        (
            ">\n      amount > 0 and\n      upper(region) = 'A'\n",
            &*format!("4:7: {upper}"),
        ),
    ];
    for (when, said) in table {
        let text = format!("rule:\n  - id: x\n    when: {when}");
        assert_eq!(refusal("r.yaml", &text), said, "{when}");
    }
}

#[test]
fn yaml_is_refused_where_it_is_wrong() {
    let typo = format!("4:5: unknown key \"é\", expected {KEYS}");
    let table = [
        (
            "column: amout\n    check: positive",
            "2:13: bronze.orders has no column \"amout\"",
        ),
        (
            "column: &c amout\n    check: positive",
            "2:16: bronze.orders has no column \"amout\"",
        ),
        (
            "column: amount\n    check: positive\n    action: no",
            "4:13: unknown action \"no\", expected one of warn, quarantine, abort",
        ),
        (
            "check: positive\n    check: positive",
            "3:5: duplicate mapping key: check",
        ),
        (
            "column: region\n    one_of: [DE, NO, 1]",
            "3:22: 1 is no text, as region is",
        ),
        (
            "column: region\n    one_of: [DE, NO, true]",
            "3:22: true is no text, as region is",
        ),
        (
            "column: region\n    one_of: [DE, NO, null]",
            "3:22: nothing is no text, as region is",
        ),
        (
            "column: pieces\n    range: {min: 1.5}",
            "3:18: 1.5 is no integer, as pieces is",
        ),
        ("column: é\n    check: x\n    é: 1", typo.as_str()),
        ("[column", "2:5: unclosed bracket '['"),
    ];
    for (rule, said) in table {
        assert_eq!(
            refusal("r.yaml", &format!("rule:\n  - {rule}")),
            said,
            "{rule}"
        );
    }
    assert_eq!(refusal("r.yml", ""), "1:1: there are no rules");
    let two = "rule: []\n---\nrule: []";
    assert_eq!(
        refusal("r.yml", two),
        "3:1: multiple YAML documents detected"
    );
}

/// What stands under `[[audit]]`.
#[test]
fn audits_are_refused_where_they_are_wrong() {
    let one = "unique, references, determines, interval_overlap, condition, row_count, row_count_like_last, null_share, \
        distinct_count, mean, sum, standard_deviation, quantile, freshness, no_gaps, reconciles";
    let nothing = format!("1:1: an audit is one of {one}");
    let table = [
        ("action = 'warn'", nothing.as_str()),
        (
            "unique = ['day']\nsum = { of = 'amount', min = 1 }",
            &nothing,
        ),
        (
            "unique = ['dai']",
            "2:11: bronze.orders has no column \"dai\"",
        ),
        (
            "sum = { of = 'amount', min = 1 }\naction = 'quarantine'",
            "1:1: audit amount.sum cannot hold rows back: it is about the load as a whole; let it warn or abort",
        ),
        (
            "mean = { of = 'amount', min = 2, max = 1 }",
            "2:8: audit amount.mean: an audit needs a range with a bound and something in it, not [\">= 2\", \"<= 1\"]",
        ),
        (
            "references = { of = ['region'], dataset = 'silver', columns = ['x'] }",
            "2:43: \"silver\" is not a dataset: expected schema.table",
        ),
        ("condition = 'true'", "1:1: a condition needs an id"),
        (
            "id = 'x'\ncondition = 'true) or (true'",
            "3:13: the condition of audit condition: it ends before )",
        ),
        ("id = ''\nunique = ['day']", "2:6: an id has letters"),
    ];
    for (audit, said) in table {
        let text = format!("[[audit]]\n{audit}");
        let made = RuleFile::named("r.toml", &text).and_then(|file| file.audits(&contract()));
        let error = made.unwrap_err();
        assert_eq!(error.kind(), Kind::Contract);
        let found = error.to_string().replacen(" column ", ":", 1);
        assert_eq!(found, format!("r.toml, line {said}"), "{audit}");
    }
}

#[test]
fn what_has_no_place_has_the_name() {
    let error = error("r.toml", "[[rule]]\ncolumn = 'day'\ncheck = 'not_null'");
    let said = "r.toml: rules of bronze.orders: column amount is critical and no rule reads it";
    assert_eq!(error.to_string(), said);
    let error = RuleFile::named("rules.json", "{}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "rules.json: rules are kept in .toml, .yaml or .yml"
    );
    let error = RuleFile::toml("x = 1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the rules, line 1 column 1: unknown key \"x\", expected rule, audit"
    );
}

#[test]
fn an_id_stands_for_one_rule() {
    let positive = "[[rule]]\ncolumn = 'amount'\ncheck = 'positive'\n";
    let twice = format!("{positive}{positive}");
    assert_eq!(
        refusal("r.toml", &twice),
        "4:1: the id \"amount.positive\" is used twice"
    );
    let named = format!("{positive}{positive}id = 'amount.positive'");
    assert_eq!(
        refusal("r.toml", &named),
        "7:6: the id \"amount.positive\" is used twice"
    );
    let empty = format!("{positive}id = ''");
    assert_eq!(refusal("r.toml", &empty), "4:6: an id has letters");
}

#[test]
fn the_place_is_shown() {
    let text = "[[rule]]\nid = 'x'\nwhen = 'amount > 0 and lower(region) = region'";
    let chain = error("r.toml", text).chain();
    let shown: Vec<&str> = chain.lines().skip(1).collect();
    let line = "  when = 'amount > 0 and lower(region) = region'";
    assert_eq!(shown, [line, "                         ^^^^^^^^^^^^"]);
}
