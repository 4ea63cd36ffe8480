use super::defect::Defect;
use super::dice::Dice;

pub(super) const PRODUCTS: u64 = 400;
pub(super) const CUSTOMERS: u64 = 1_500;
/// One customer in so many moves, and those order more than others.
pub(super) const MOVERS: u64 = 50;
const COLOURS: &str = "WHITE|RED|BLUE|CRÈME|GRÜN|ROSÉ|BLACK|PINK|IVORY|VINTAGE|RETRO|JUMBO|MINI|\
    ANTIQUE|WOODEN|PAPER|GLASS|ŻÓŁTY|日本|SILVER";
/// Those that need quotes have no such neighbour.
const GOODS: &str = "HEART HOLDER|LUNCH BOX|CAKE STAND|SIGN \"HOME\"|ALARM CLOCK|TEA TOWEL|\
    BIRD FEEDER|GIFT BAG|PHOTO FRAME|MUG, LARGE|CANDLE|DOOR MAT|NAPKINS|LANTERN|COAT RACK|\
    CARD SET\nOF SIX|BUNTING|CUSHION|WATER BOTTLE|DOLL'S HOUSE";
const NAMES: &str = "Anna|ben|Chloe|DAVID|Eva.Maria|finn|Grace|Hiro|ines|Jan|Kate|Liam";
const DOMAINS: &str = "example.com|Example.COM|EXAMPLE.com|example.Com";
const COUNTRIES: [&str; 3] = [
    "United Kingdom|Germany|France|Spain|Netherlands",
    "Australia|Japan|Singapore|New Zealand",
    "United States|Canada|Mexico",
];
const ALIASES: [&str; 3] = [
    "Europe|EU|EMEA|europe",
    "Asia Pacific|APAC|asia-pacific",
    "North America|NA|US|CA|north america",
];

pub(super) type Cells = Vec<Vec<u8>>;

/// A record before it gets its mess, which follows from the seed.
#[derive(Clone, Copy)]
pub(super) struct Sale {
    pub(super) day: u64,
    pub(super) second: u64,
    pub(super) invoice: u64,
    pub(super) customer: u64,
    pub(super) product: u64,
    pub(super) quantity: i64,
    pub(super) mess: u64,
}

impl Sale {
    pub(super) fn milli(&self) -> i64 {
        let odd = i64::from(self.product.is_multiple_of(11));
        (self.product as i64 * 37 % 1_995 + 25) * 10 + odd * 5
    }

    fn home(&self) -> u64 {
        let moves =
            self.customer.is_multiple_of(MOVERS) && self.day >= 8 + self.customer / MOVERS % 15;
        self.customer + u64::from(moves)
    }

    pub(super) fn country(&self) -> &'static str {
        pick(COUNTRIES[(self.home() % 3) as usize], self.home() / 3)
    }

    pub(super) fn region(&self) -> &'static str {
        pick(ALIASES[(self.home() % 3) as usize], 0)
    }

    pub(super) fn description(&self) -> String {
        format!(
            "{} {}",
            pick(COLOURS, self.product / 20),
            pick(GOODS, self.product)
        )
    }

    /// The neighbouring product is in no other line of the invoice.
    pub(super) fn plain(self) -> Sale {
        let next = u64::from(self.description().contains(['"', ',', '\n']));
        Sale {
            product: (self.product + next) % PRODUCTS,
            ..self
        }
    }

    fn time(&self) -> String {
        let (hour, minute, second) = (self.second / 3_600, self.second / 60 % 60, self.second % 60);
        format!(
            "2024-03-{:02} {hour:02}:{minute:02}:{second:02}",
            self.day + 1
        )
    }

    fn price(&self) -> String {
        let mut text = format!("{}.{:03}", self.milli() / 1_000, self.milli() % 1_000);
        if text.ends_with('0') {
            text.pop();
        }
        text
    }

    pub(super) fn cells(&self) -> Cells {
        let mut mess = Dice(self.mess);
        let customer = 12_346 + self.customer;
        let region = pick(ALIASES[(self.home() % 3) as usize], mess.roll());
        let cells = [
            (536_365 + self.invoice).to_string(),
            format!(
                "{}{}",
                20_000 + self.product * 7,
                pick("|A|B", self.product)
            ),
            mess.blanks(&self.description()),
            self.quantity.to_string(),
            self.time(),
            self.price(),
            format!("{customer}{}", pick(".0|.0|.0|", mess.roll())),
            mess.blanks(self.country()),
            format!(
                "{}.{customer}@{}",
                pick(NAMES, self.customer),
                pick(DOMAINS, mess.roll())
            ),
            mess.blanks(region),
        ];
        cells.into_iter().map(quoted).collect()
    }

    pub(super) fn spoiled(&self, (rule, column, values): Defect, dice: &mut Dice) -> Cells {
        let values: Vec<&[u8]> = values.split(|byte| *byte == b'|').collect();
        let value = values[dice.index(values.len())];
        let mut cells = self.cells();
        cells[column] = value.to_vec();
        if rule == "csv.width" && value.is_empty() {
            cells.pop();
        } else if rule == "cancellation" && value != b"0" && dice.below(2) == 0 {
            cells[0].insert(0, b'C');
        }
        cells
    }
}

fn pick(list: &'static str, at: u64) -> &'static str {
    let length = list.split('|').count();
    list.split('|')
        .nth(at as usize % length)
        .unwrap_or_default()
}

fn quoted(text: String) -> Vec<u8> {
    if !text.contains(['"', ',', '\n']) {
        return text.into_bytes();
    }
    format!("\"{}\"", text.replace('"', "\"\"")).into_bytes()
}
