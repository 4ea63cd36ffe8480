//! Rules as PostgreSQL predicates that give the same verdict. `SEMANTICS.md` says what each has to mean.

use chrono::{DateTime, SubsecRound, Utc};
use ml_core::{Contract, Error, Ident, Record, Result, RuleCount, Type, Value};

use crate::check_digits::{iban_sql, luhn_sql};
use crate::literal::{self, quoted};
use crate::{Expr, Format, Judge, Rule};

/// Why an expression has no form in SQL, or its form.
type Form = std::result::Result<String, String>;

/// What `White_Space` of Unicode has: all 25, of which PostgreSQL's own `trim` knows one.
const WHITE_SPACE: &str = r"E'\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'";

/// A number of at most 28 digits, as it is written: others are unknown, as they are in Rust.
const WRITTEN: &str = "'^-?(?:0[.][0-9]{1,28}|[0-9]{1,28}|(?=[0-9.]{3,29}$)[0-9]+[.][0-9]+)$'";

/// Calculations inside of one another that are written out, each three times.
const MOST_NESTED: usize = 3;

/// A rule of a [`Judge`] as SQL.
#[derive(Debug)]
pub struct RuleSql {
    /// The rule's name.
    pub id: String,
    /// What a scorecard says of it before any violation.
    pub count: RuleCount,
    /// A condition on the columns of the table, unqualified (put it in brackets), false for what the rule refuses; or why the
    /// rule runs in Rust only.
    pub predicate: Result<String>,
}

impl Rule {
    /// The rule as a condition in PostgreSQL (15 or newer, in a database that is UTF-8) on the contract's columns.
    ///
    /// It is false for the same records, and true or NULL for the same as well, so that it can stand in a `CHECK`.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the rule cannot be bound to the contract, has no equal in SQL, or
    /// asks what time it is: [`sql_at`](Rule::sql_at) tells it.
    ///
    /// ```
    /// use ml_core::{Column, ColumnDef, Contract, Type};
    /// use ml_quality::TextRules;
    /// const SKU: Column<(), String> = Column::new(0, "sku");
    /// let contract = Contract {
    ///     dataset: "bronze.orders".parse()?,
    ///     columns: vec![ColumnDef::of("sku", Type::Text)],
    ///     grain: Vec::new(),
    /// };
    /// let sql = SKU.matches(r"^[A-Z]\d+$").sql(&contract)?;
    /// assert_eq!(sql, r#"("sku" COLLATE "C") ~ '^[A-Z][0-9]+$'"#);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sql(&self, contract: &Contract) -> Result<String> {
        self.rendered(contract, None)
    }

    /// As [`sql`](Rule::sql), for a load that began at this instant.
    ///
    /// # Errors
    /// As [`sql`](Rule::sql), except for the time.
    pub fn sql_at(&self, contract: &Contract, now: DateTime<Utc>) -> Result<String> {
        self.rendered(contract, Some(now))
    }

    fn rendered(&self, contract: &Contract, now: Option<DateTime<Utc>>) -> Result<String> {
        let bound = self.expr.bind(contract);
        let sql = bound.and_then(|bound| rendered(&bound, contract, now));
        sql.map_err(|why| refused(&self.id, contract, &why))
    }
}

impl<R: Record> Judge<R> {
    /// The rules as SQL, in the order in which they judge; one that asks what time it is has none.
    pub fn sql(&self) -> Vec<RuleSql> {
        self.rendered(None)
    }

    /// The rules as SQL, for a load that began at this instant.
    pub fn sql_at(&self, now: DateTime<Utc>) -> Vec<RuleSql> {
        self.rendered(Some(now))
    }

    fn rendered(&self, now: Option<DateTime<Utc>>) -> Vec<RuleSql> {
        let contract = self.contract();
        let rule = |(id, count, expr): (&str, RuleCount, Option<&Expr<usize>>)| {
            let sql = match expr {
                Some(expr) => rendered(expr, contract, now),
                None => Err("a closure runs in Rust only".into()),
            };
            RuleSql {
                id: id.to_owned(),
                count,
                predicate: sql.map_err(|why| refused(id, contract, &why)),
            }
        };
        self.exprs().map(rule).collect()
    }
}

fn refused(id: &str, contract: &Contract, why: &str) -> Error {
    let dataset = &contract.dataset;
    Error::contract(format!("rule {id} of {dataset} as SQL: {why}"))
}

fn rendered(expr: &Expr<usize>, contract: &Contract, now: Option<DateTime<Utc>>) -> Form {
    Writer { contract, now }.form(expr)
}

struct Writer<'a> {
    contract: &'a Contract,
    now: Option<DateTime<Utc>>,
}

impl Writer<'_> {
    fn form(&self, expr: &Expr<usize>) -> Form {
        Ok(match expr {
            Expr::Column(ordinal) => self.column(*ordinal)?,
            Expr::Literal(value) => literal::sql(value)?,
            Expr::Compare(how, a, b) => self.compared(a, how.sql(), b)?,
            Expr::IsDistinct(a, b) => self.compared(a, "IS DISTINCT FROM", b)?,
            Expr::And(all) => self.joined(all, " AND ", "true")?,
            Expr::Or(all) => self.joined(all, " OR ", "false")?,
            Expr::Not(a) => format!("NOT ({})", self.form(a)?),
            Expr::IsNull(a) => format!("{} IS NULL", self.operand(a)?),
            Expr::IsBlank(a) => format!("coalesce({} = '', true)", self.trimmed(a)?),
            Expr::OneOf(a, values) => self.one_of(a, values)?,
            Expr::Format(a, format) => self.written(a, *format)?,
            Expr::StartsWith(a, part) => self.called("starts_with", a, part)?,
            Expr::EndsWith(a, part) => {
                let length = part.chars().count();
                format!("right({}, {length}) = {}", self.form(a)?, quoted(part)?)
            }
            Expr::Contains(a, part) => format!("{} > 0", self.called("strpos", a, part)?),
            Expr::Matches(a, pattern) => {
                format!("{} ~ {}", self.form(a)?, quoted(pattern.portable())?)
            }
            Expr::Coalesce(all) => format!("coalesce({})", self.listed(all)?),
            _ => self.value(expr)?,
        })
    }

    fn value(&self, expr: &Expr<usize>) -> Form {
        Ok(match expr {
            Expr::AsciiLower(a) => format!("lower({})", self.form(a)?),
            Expr::AsciiUpper(a) => format!("upper({})", self.form(a)?),
            Expr::Trim(a) => self.trimmed(a)?,
            Expr::Length(a) => format!("char_length({})", self.form(a)?),
            Expr::Add(a, b) => self.calculated(a, "+", b)?,
            Expr::Sub(a, b) => self.calculated(a, "-", b)?,
            Expr::Mul(a, b) => self.calculated(a, "*", b)?,
            Expr::Abs(a) if a.is_float(self.contract) => format!("abs({})", self.form(a)?),
            Expr::Abs(a) => format!("abs({})", self.numeric(a)?),
            Expr::Mod(a, step) => format!("mod({}, '{step}'::numeric)", self.numeric(a)?),
            Expr::Scale(a) => format!("min_scale({})", self.numeric(a)?),
            Expr::Days(a, b) => format!("{} - {}", self.operand(a)?, self.operand(b)?),
            Expr::Seconds(a, b) => self.seconds(a, b)?,
            Expr::Present(all) => format!("num_nonnulls({})", self.listed(all)?),
            Expr::Now(ty) => self.moment(*ty)?,
            _ => return Err(format!("{expr} has no form in SQL")),
        })
    }

    /// Text in the order of its bytes and with the case of ASCII, whatever the column's own collation.
    fn column(&self, ordinal: usize) -> Form {
        let column = &self.contract.columns[ordinal];
        let name = Ident::new(column.name.as_ref()).map_err(|error| error.to_string())?;
        Ok(match column.ty {
            Type::Text => format!(r#"({name} COLLATE "C")"#),
            _ => name.to_string(),
        })
    }

    fn compared(&self, a: &Expr<usize>, how: &str, b: &Expr<usize>) -> Form {
        let is_float = a.is_float(self.contract) || b.is_float(self.contract);
        let side = |expr| match is_float {
            true => self.float(expr),
            false => self.operand(expr),
        };
        Ok(format!("{} {how} {}", side(a)?, side(b)?))
    }

    fn one_of(&self, expr: &Expr<usize>, values: &[Value]) -> Form {
        let is_float = expr.is_float(self.contract);
        let (floats, others): (Vec<&Value>, Vec<&Value>) = values
            .iter()
            .partition(|value| is_float || matches!(value, Value::Float(_)));
        let mut lists = Vec::new();
        if !others.is_empty() {
            let listed = forms(others.into_iter().map(literal::bare))?.join(", ");
            lists.push(format!("{} IN ({listed})", self.operand(expr)?));
        }
        if !floats.is_empty() {
            let literals = floats.into_iter().cloned().map(Expr::Literal);
            let listed = forms(literals.map(|one| self.float(&one)))?.join(", ");
            lists.push(format!("{} IN ({listed})", self.float(expr)?));
        }
        Ok(lists.join(" OR "))
    }

    fn calculated(&self, a: &Expr<usize>, how: &str, b: &Expr<usize>) -> Form {
        if a.is_float(self.contract) || b.is_float(self.contract) {
            return Err("where floats overflow, PostgreSQL fails and Rust says unknown".into());
        }
        let result = format!("({} {how} {})", self.numeric(a)?, self.numeric(b)?);
        // It stands there three times, and what it is made of nine times. The pattern needs it once, and five times
        // as long (3.5 s against 0.7 s for two calculations in 200,000 rows, PostgreSQL 15).
        Ok(match a.calculations().max(b.calculations()) {
            0..MOST_NESTED => format!(
                "CASE WHEN scale({result}) <= 28 \
                 AND char_length(ltrim(translate({result}::text, '-.', ''), '0')) <= 28 THEN {result} END"
            ),
            _ => format!("substring({result}::text FROM {WRITTEN})::numeric"),
        })
    }

    /// Check digits are calculated only of what has the shape.
    fn written(&self, text: &Expr<usize>, format: Format) -> Form {
        let text = self.form(text)?;
        let matches = |pattern: &&str| Ok(format!("{text} ~ {}", quoted(pattern)?));
        let shape = forms(format.patterns().iter().map(matches))?.join(" AND ");
        let check = match format {
            Format::Iban => iban_sql(&text),
            Format::Luhn => luhn_sql(&text),
            _ => return Ok(shape),
        };
        Ok(format!(
            "CASE WHEN {shape} THEN {check} WHEN {text} IS NOT NULL THEN false END"
        ))
    }

    /// PostgreSQL has infinite timestamps, which are no number of seconds from any other.
    fn seconds(&self, a: &Expr<usize>, b: &Expr<usize>) -> Form {
        let (a, b) = (self.operand(a)?, self.operand(b)?);
        Ok(format!(
            "CASE WHEN isfinite({a}) AND isfinite({b}) THEN extract(epoch FROM {a} - {b}) END"
        ))
    }

    fn moment(&self, ty: Type) -> Form {
        let now = self.now.ok_or("it asks what time it is")?.trunc_subsecs(6);
        literal::sql(&match ty {
            Type::Date => now.date_naive().into(),
            Type::Timestamp => now.naive_utc().into(),
            _ => now.into(),
        })
    }

    fn trimmed(&self, text: &Expr<usize>) -> Form {
        Ok(format!("btrim({}, {WHITE_SPACE})", self.form(text)?))
    }

    fn called(&self, function: &str, text: &Expr<usize>, part: &str) -> Form {
        Ok(format!(
            "{function}({}, {})",
            self.form(text)?,
            quoted(part)?
        ))
    }

    /// An exact number as `numeric`, in which no sum of whole numbers overflows.
    fn numeric(&self, number: &Expr<usize>) -> Form {
        Ok(match number {
            Expr::Column(ordinal) if self.contract.columns[*ordinal].ty == Type::Numeric => {
                self.column(*ordinal)?
            }
            _ => format!("{}::numeric", self.operand(number)?),
        })
    }

    fn float(&self, number: &Expr<usize>) -> Form {
        match number.is_float(self.contract) {
            true => self.operand(number),
            false => Ok(format!("{}::double precision", self.operand(number)?)),
        }
    }

    /// In brackets where it has an operator of its own.
    fn operand(&self, expr: &Expr<usize>) -> Form {
        let form = self.form(expr)?;
        Ok(match expr {
            Expr::Column(_) | Expr::Literal(_) | Expr::Coalesce(_) => form,
            Expr::AsciiLower(_) | Expr::AsciiUpper(_) | Expr::Trim(_) | Expr::Length(_) => form,
            Expr::Abs(_) => form,
            Expr::Mod(..) | Expr::Scale(_) | Expr::Present(_) | Expr::Now(_) => form,
            _ => format!("({form})"),
        })
    }

    fn listed(&self, all: &[Expr<usize>]) -> Form {
        Ok(forms(all.iter().map(|one| self.form(one)))?.join(", "))
    }

    fn joined(&self, all: &[Expr<usize>], between: &str, none: &str) -> Form {
        if all.is_empty() {
            return Ok(none.to_owned());
        }
        let parts = all.iter().map(|one| Ok(format!("({})", self.form(one)?)));
        Ok(forms(parts)?.join(between))
    }
}

fn forms(all: impl Iterator<Item = Form>) -> std::result::Result<Vec<String>, String> {
    all.collect()
}
