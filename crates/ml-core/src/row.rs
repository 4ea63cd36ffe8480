use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;

use crate::record::{NO_COLUMN, NOT_NULL, text};
use crate::{
    ColumnDef, Contract, Error, Fault, Field, FieldError, Fields, Malformed, RawFields, Record,
    Result, Type, Value, ValueRef,
};

/// A record whose columns are known only at run time, under a [`Contract`].
#[derive(Clone)]
pub struct Row {
    contract: Arc<Contract>,
    values: Vec<Value>,
}

impl Row {
    /// A row of NULLs to decode into.
    pub fn new(contract: Arc<Contract>) -> Self {
        let values = vec![Value::Null; contract.columns.len()];
        Row { contract, values }
    }

    /// Sets one value.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when there is no such column, or it does not hold values of that type;
    /// the message never repeats the value.
    pub fn set(&mut self, ordinal: usize, value: Value) -> Result<()> {
        let contract = &self.contract;
        let Some(column) = contract.columns.get(ordinal) else {
            let what = format!("{} has no column number {ordinal}", contract.dataset);
            return Err(Error::contract(what));
        };
        if !fits(&value, column.ty) {
            return Err(Error::contract(format!(
                "{}: column {} is {}, and the value is not",
                contract.dataset, column.name, column.ty
            )));
        }
        self.values[ordinal] = value;
        Ok(())
    }

    /// The contract the row is under.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }
}

/// What the encoder would write as another value, or as none at all, is kept out.
fn fits(value: &Value, ty: Type) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => ty == Type::Bool,
        Value::Int(value) => match ty {
            Type::Int4 => i32::try_from(*value).is_ok(),
            _ => matches!(ty, Type::Int8 | Type::Numeric),
        },
        Value::Float(_) => ty == Type::Float8,
        Value::Decimal(_) => ty == Type::Numeric,
        Value::Text(_) => ty == Type::Text,
        Value::Date(_) => ty == Type::Date,
        Value::Timestamp(_) => ty == Type::Timestamp,
        Value::Timestamptz(_) => ty == Type::Timestamptz,
    }
}

/// Column by column; personal values show as `***`.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_map();
        for (column, value) in self.contract.columns.iter().zip(&self.values) {
            if column.personal {
                shown.entry(&column.name, &format_args!("***"));
            } else {
                shown.entry(&column.name, &format_args!("{}", value.as_ref()));
            }
        }
        shown.finish()
    }
}

impl Fields for Row {
    fn field(&self, ordinal: usize) -> ValueRef<'_> {
        self.values
            .get(ordinal)
            .map_or(ValueRef::Null, Value::as_ref)
    }
}

impl Record for Row {
    fn columns(&self) -> &[ColumnDef] {
        &self.contract.columns
    }

    fn decode_into<R: RawFields>(
        &mut self,
        raw: &R,
        map: &[Option<usize>],
        bad: &mut Vec<FieldError>,
    ) {
        for (ordinal, column) in self.contract.columns.iter().enumerate() {
            let decoded = match text(raw, map[ordinal]) {
                // whatever stands for NULL where there is text
                None if column.nullable => Ok(Value::Null),
                None => Err(Fault::Malformed(NOT_NULL)),
                Some(text) => text.and_then(|text| decode(column, text).map_err(Fault::Malformed)),
            };
            match decoded {
                Ok(value) => self.values[ordinal] = value,
                Err(fault) => bad.push(FieldError { ordinal, fault }),
            }
        }
    }

    fn put(&mut self, ordinal: usize, text: Option<&str>) -> Result<(), Malformed> {
        let Some(column) = self.contract.columns.get(ordinal) else {
            return Err(NO_COLUMN);
        };
        self.values[ordinal] = match text {
            Some(text) => with_field_of(column.ty, |field| field.decode(text, None))?,
            None if column.nullable => Value::Null,
            None => return Err(NOT_NULL),
        };
        Ok(())
    }

    fn read_from<R: RawFields>(&mut self, wire: &R) -> Result<(), FieldError> {
        for (ordinal, column) in self.contract.columns.iter().enumerate() {
            self.values[ordinal] =
                read(column, wire.raw(ordinal)).map_err(|malformed| FieldError {
                    ordinal,
                    fault: Fault::Malformed(malformed),
                })?;
        }
        Ok(())
    }
}

/// The same decoders as the struct's fields, chosen by the column's type.
fn decode(column: &ColumnDef, text: &str) -> Result<Value, Malformed> {
    let Some(text) = column.notation.plain(text, column.ty, column.nullable)? else {
        return Ok(Value::Null);
    };
    with_field_of(column.ty, |field| {
        field.decode(&text, column.format.as_deref())
    })
}

fn read(column: &ColumnDef, wire: Option<&[u8]>) -> Result<Value, Malformed> {
    if column.nullable && wire.is_none() {
        return Ok(Value::Null);
    }
    with_field_of(column.ty, |field| field.read(wire))
}

/// A [`Field`] behind a pointer, so that one function serves every type.
trait DynField {
    fn decode(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed>;
    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed>;
}

impl<T: Field> DynField for T {
    fn decode(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed> {
        Field::decode(self, text, format)
    }

    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed> {
        Field::read(self, wire)
    }
}

fn with_field_of(
    ty: Type,
    fill: impl FnOnce(&mut dyn DynField) -> Result<(), Malformed>,
) -> Result<Value, Malformed> {
    fn filled<T: Field>(
        fill: impl FnOnce(&mut dyn DynField) -> Result<(), Malformed>,
    ) -> Result<Value, Malformed> {
        let mut field = T::blank();
        fill(&mut field)?;
        Ok(field.value().to_value())
    }
    match ty {
        Type::Bool => filled::<bool>(fill),
        Type::Int4 => filled::<i32>(fill),
        Type::Int8 => filled::<i64>(fill),
        Type::Float8 => filled::<f64>(fill),
        Type::Numeric => filled::<Decimal>(fill),
        Type::Text => filled::<String>(fill),
        Type::Date => filled::<NaiveDate>(fill),
        Type::Timestamp => filled::<NaiveDateTime>(fill),
        Type::Timestamptz => filled::<DateTime<Utc>>(fill),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chunk, Encoded, LoadId, Position};

    #[test]
    fn debug_shows_no_personal_value() {
        let mut columns = vec![
            ColumnDef::of("id", Type::Int8),
            ColumnDef::of("email", Type::Text),
        ];
        columns[1].personal = true;
        let dataset = "bronze.people".parse().unwrap();
        let contract = Contract {
            dataset,
            columns,
            grain: Vec::new(),
        };
        let mut row = Row::new(Arc::new(contract));
        row.set(0, Value::Int(1)).unwrap();
        row.set(1, Value::Text(String::from("canary"))).unwrap();
        let error = row.set(0, Value::Text(String::from("canary"))).unwrap_err();
        assert!(error.to_string().contains("column id is bigint"));
        assert!(!error.to_string().contains("canary"));
        assert!(row.set(2, Value::Null).is_err());
        let mut encoded = Encoded::default();
        encoded.push(&row, Position::new(LoadId(1), 1));
        let shown = format!("{row:?} {encoded:?}");
        assert!(
            shown.contains("\"id\": 1") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
