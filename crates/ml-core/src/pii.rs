use std::error::Error as StdError;
use std::fmt;

use bytes::BytesMut;
use postgres_types::{FromSql, IsNull, ToSql, Type as Wire, to_sql_checked};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Field, Malformed, Type, ValueRef};

/// A personal value: prints and serialises as `***`, is stored as itself.
///
/// ```
/// let email = ml_core::Pii::new("ada@example.com".to_string());
/// assert_eq!(format!("{email:?}"), "***");
/// assert_eq!(email.reveal(), "ada@example.com");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Self {
        Pii(value)
    }

    /// The value; whoever calls this answers for where it goes.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value, owned.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// `validator` copies values into its error parameters through serde, and errors get logged.
impl<T> Serialize for Pii<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pii<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Pii)
    }
}

impl<T: Field> Field for Pii<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = T::NULLABLE;
    const PERSONAL: bool = true;

    fn blank() -> Self {
        Pii(T::blank())
    }

    fn decode(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed> {
        self.0.decode(text, format)
    }

    fn decode_present(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed> {
        self.0.decode_present(text, format)
    }

    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed> {
        self.0.read(wire)
    }

    fn value(&self) -> ValueRef<'_> {
        self.0.value()
    }
}

impl<T: ToSql> ToSql for Pii<T> {
    fn to_sql(
        &self,
        ty: &Wire,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.0.to_sql(ty, out)
    }

    fn accepts(ty: &Wire) -> bool {
        T::accepts(ty)
    }

    to_sql_checked!();
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Pii<T> {
    fn from_sql(ty: &Wire, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        T::from_sql(ty, raw).map(Pii)
    }

    fn from_sql_null(ty: &Wire) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        T::from_sql_null(ty).map(Pii)
    }

    fn accepts(ty: &Wire) -> bool {
        T::accepts(ty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shows_and_still_stores() {
        let secret = Pii::new("canary@example.com".to_string());
        let shown = format!("{secret:?} {secret} {:?}", Some(secret.clone()));
        assert_eq!(shown, "*** *** Some(***)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        assert!(matches!(
            secret.value(),
            ValueRef::Text("canary@example.com")
        ));
    }

    #[test]
    fn a_client_of_the_database_takes_it_for_what_is_in_it() {
        let secret = Pii::new("canary@example.com".to_string());
        let mut sent = BytesMut::new();
        secret.to_sql_checked(&Wire::TEXT, &mut sent).unwrap();
        assert_eq!(&sent[..], b"canary@example.com");
        assert!(secret.to_sql_checked(&Wire::INT8, &mut sent).is_err());
        assert!(<Pii<String> as FromSql<'_>>::accepts(&Wire::TEXT));
        assert!(!<Pii<String> as FromSql<'_>>::accepts(&Wire::INT8));
        let read = Pii::<String>::from_sql(&Wire::TEXT, b"canary@example.com").unwrap();
        assert_eq!(read.into_inner(), secret.into_inner());
        let null = Pii::<Option<String>>::from_sql_null(&Wire::TEXT).unwrap();
        assert_eq!(null.reveal(), &None);
        assert!(Pii::<String>::from_sql_null(&Wire::TEXT).is_err());
    }
}
