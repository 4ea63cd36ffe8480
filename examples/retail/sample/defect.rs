/// A rule, the column that breaks it, and the bytes that do, as they stand in the file.
pub(super) type Defect = (&'static str, usize, &'static [u8]);

pub(super) const QUOTE: Defect = ("csv.quote", 2, b"\"BROKEN QUOTE|\"BROKEN\" QUOTE");
pub(super) const BRONZE: [Defect; 12] = [
    QUOTE,
    ("csv.width", 9, b"|Europe,EXTRA"),
    ("byte.utf8", 2, b"CAF\xE9 SIGN|\xFF"),
    ("byte.nul", 2, b"TEA\0TOWEL"),
    ("quantity.decode", 3, b"abc|1.5|NaN"),
    ("unit_price.decode", 5, b"\"12,50\"|NaN|1e5"),
    ("invoice_date.decode", 4, b"2024-13-01 08:00:00|today"),
    ("email.format", 8, b"no.at.sign|two words@x.com|@x.com"),
    ("quantity.range", 3, b"1000001|80995000"),
    ("unit_price.range", 5, b"50000.01|99999.99"),
    ("invoice_no.not_blank", 0, b"|  "),
    ("stock_code.not_blank", 1, b"|  "),
];
pub(super) const SILVER: [Defect; 2] = [
    ("unit_price.positive", 5, b"0.00|-0.01|0.000"),
    ("region.known", 9, b"Atlantis|Middle Earth"),
];
pub(super) const NO_CUSTOMER: Defect = ("no_customer", 6, b"");
pub(super) const CANCELLATION: Defect = ("cancellation", 3, b"-1|-12|0");

/// Turns through the table, from another place every day.
pub(super) fn in_turn(table: &[Defect], day: u64, count: usize) -> impl Iterator<Item = Defect> {
    table
        .iter()
        .copied()
        .cycle()
        .skip(day as usize * 5)
        .take(count)
}
