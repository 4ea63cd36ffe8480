use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Field, Ident, LitStr, Result, Type};

/// One field of the struct, with what its attributes say.
pub(crate) struct Column<'a> {
    pub(crate) field: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) name: String,
    header: String,
    critical: bool,
    personal: bool,
    optional: bool,
    format: Option<String>,
    null: Vec<String>,
    decimal: Option<char>,
    thousands: Option<char>,
    documented: bool,
}

impl<'a> Column<'a> {
    pub(crate) fn of(field: &'a Field) -> Result<Self> {
        let Some(ident) = &field.ident else {
            return Err(syn::Error::new_spanned(field, "a record has named fields"));
        };
        let name = ident.to_string().trim_start_matches("r#").to_owned();
        let mut column = Column {
            field: ident,
            ty: &field.ty,
            header: name.clone(),
            name,
            critical: false,
            personal: false,
            optional: false,
            format: None,
            null: Vec::new(),
            decimal: None,
            thousands: None,
            documented: field.attrs.iter().any(|attr| attr.path().is_ident("doc")),
        };
        for attr in field
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("column"))
        {
            attr.parse_nested_meta(|meta| column.read(&meta))?;
        }
        Ok(column)
    }

    fn read(&mut self, meta: &syn::meta::ParseNestedMeta<'_>) -> Result<()> {
        let text = || -> Result<String> { Ok(meta.value()?.parse::<LitStr>()?.value()) };
        let mark = || -> Result<char> { mark(&meta.value()?.parse()?) };
        match meta.path.get_ident().map(Ident::to_string).as_deref() {
            Some("name") => self.header = text()?,
            Some("format") => self.format = Some(text()?),
            Some("null") => self.null.push(text()?),
            Some("decimal") => self.decimal = Some(mark()?),
            Some("thousands") => self.thousands = Some(mark()?),
            Some("critical") => self.critical = true,
            Some("pii") => self.personal = true,
            Some("optional") => self.optional = true,
            _ => {
                return Err(meta.error(
                    "expected name, format, null, decimal, thousands, critical, pii or optional",
                ));
            }
        }
        Ok(())
    }

    /// The `ColumnDef` as an expression that can stand in a constant.
    pub(crate) fn definition(&self, core: &TokenStream) -> TokenStream {
        let Column {
            ty,
            name,
            header,
            critical,
            optional,
            ..
        } = self;
        let notation = self.notation(core);
        let format = match &self.format {
            Some(format) => quote!(Some(::std::borrow::Cow::Borrowed(#format))),
            None => quote!(None),
        };
        quote! {
            #core::ColumnDef {
                name: ::std::borrow::Cow::Borrowed(#name),
                header: ::std::borrow::Cow::Borrowed(#header),
                ty: <#ty as #core::Field>::TYPE,
                nullable: <#ty as #core::Field>::NULLABLE,
                critical: #critical,
                personal: <#ty as #core::Field>::PERSONAL,
                optional: #optional,
                format: #format,
                notation: #notation,
            }
        }
    }

    /// Whether the values are written in no other way than those of other columns.
    pub(crate) fn is_plain(&self) -> bool {
        self.null.is_empty() && self.decimal.is_none() && self.thousands.is_none()
    }

    fn notation(&self, core: &TokenStream) -> TokenStream {
        let null = &self.null;
        let [decimal, thousands] = [self.decimal, self.thousands].map(|mark| match mark {
            Some(mark) => quote!(Some(#mark)),
            None => quote!(None),
        });
        quote! {
            #core::Notation {
                null: ::std::borrow::Cow::Borrowed(&[#(::std::borrow::Cow::Borrowed(#null)),*]),
                decimal: #decimal,
                thousands: #thousands,
            }
        }
    }

    /// What the attributes promise of the field's type, checked by the compiler.
    pub(crate) fn promise(&self, core: &TokenStream) -> TokenStream {
        let Column { ty, name, .. } = self;
        let mut promises = TokenStream::new();
        if self.personal {
            let say = format!("column {name} is marked pii: its type must be Pii<…>");
            promises.extend(quote!(assert!(<#ty as #core::Field>::PERSONAL, #say);));
        }
        if self.decimal.is_some() || self.thousands.is_some() {
            let say = format!(
                "column {name}: a decimal and a thousands mark are for numbers, each a character of its own"
            );
            let notation = self.notation(core);
            promises.extend(quote!(assert!(#notation.fits(<#ty as #core::Field>::TYPE), #say);));
        }
        if !self.null.is_empty() {
            let say = format!("column {name} has a token for NULL: its type must be Option<…>");
            promises.extend(quote!(assert!(<#ty as #core::Field>::NULLABLE, #say);));
        }
        if self.optional {
            let say = format!("column {name} is marked optional: its type must be Option<…>");
            promises.extend(quote!(assert!(<#ty as #core::Field>::NULLABLE, #say);));
        }
        promises
    }

    /// The typed handle.
    pub(crate) fn handle(
        &self,
        core: &TokenStream,
        record: &TokenStream,
        vis: &syn::Visibility,
        ordinal: usize,
    ) -> TokenStream {
        let Column { ty, name, .. } = self;
        let handle = format_ident!("{}", name.to_uppercase(), span = self.field.span());
        let say = if self.documented {
            format!("Handle of the column `{name}`.")
        } else {
            format!("The column `{name}`.")
        };
        quote! {
            #[doc = #say]
            #[allow(dead_code)]
            #vis const #handle: #core::Column<#record, #ty> = #core::Column::new(#ordinal, #name);
        }
    }

    pub(crate) fn format(&self) -> TokenStream {
        match &self.format {
            Some(format) => quote!(Some(#format)),
            None => quote!(None),
        }
    }
}

fn mark(text: &LitStr) -> Result<char> {
    let value = text.value();
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (Some(mark), None) => Ok(mark),
        _ => Err(syn::Error::new(text.span(), "expected one character")),
    }
}
