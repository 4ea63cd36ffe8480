use super::*;

#[test]
fn what_both_share_is_written_out() {
    for (pattern, expected) in [
        ("", ""),
        ("^INV-\\d{6}$", r"^INV\-[0-9]{6,6}$"),
        ("a.b|(c)*", r"a[^\n]b|(?:c)*"),
        (r"[\w.-]+\s", r"[0-9A-Za-z_\.\-]+[ \t\n\v\f\r]"),
        (r"[^a-z\]]\S{2,}", r"[^a-z\]][^ \t\n\v\f\r]{2,}"),
        ("é|ß}]", r"é|ß\}\]"),
    ] {
        assert_eq!(portable(pattern).as_deref(), Ok(expected), "{pattern}");
    }
}

#[test]
fn what_they_do_not_share_is_named() {
    for (pattern, named) in [
        ("(?=a)", "look-around"),
        ("(?i)a", "flag"),
        (r"(a)\1", "back-reference"),
        (r"\bword", r"\b"),
        (r"\mword", r"\m"),
        (r"\Aa\Z", r"\A"),
        (r"\p{L}", r"\p"),
        (r"\x41", r"\x"),
        ("a*?", "not greedy"),
        ("a**", "repetition of a repetition"),
        ("(^a)*", "repeated ^"),
        ("$+", "repeated ^ or $"),
        ("*a", "* after nothing"),
        ("a{,3}", "{ without a number"),
        ("a{256}", "0 to 255"),
        ("a{3,2}", "0 to 255"),
        ("(a{200}){200}", "5000"),
        ("[[:alpha:]]", "[ in a class"),
        ("[z-a]", "the range z-a"),
        (r"[\d-z]", "starts at a class"),
        (r"[a-\d]", "ends at a class"),
        (r"[\D]", r"\D"),
        ("[]", "[]"),
        ("[a", "unclosed ["),
        ("(a", "unclosed ("),
        ("a)", "unopened )"),
        ("a\\", "backslash"),
        ("\0", "NUL"),
    ] {
        let refused = portable(pattern).unwrap_err();
        assert!(refused.contains(named), "{pattern}: {refused}");
    }
}
