use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitStr, Result};

use crate::column::Column;

/// What `#[record(…)]` says.
struct Header {
    schema: String,
    table: String,
    grain: Vec<String>,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let core = core_path();
    let columns = columns(input)?;
    let header = Header::of(input, &columns)?;
    let record = record_type(input);
    let fields = fields_impl(input, &core, &columns);
    let decoding = record_impl(input, &core, &columns);
    let typed = typed_impl(input, &core, &columns, &header);
    let promises = columns.iter().map(|column| column.promise(&core));
    let handles = columns.iter().enumerate();
    let handles =
        handles.map(|(ordinal, column)| column.handle(&core, &record, &input.vis, ordinal));
    Ok(quote! {
        impl #record { #(#handles)* }
        #fields
        #decoding
        #typed
        const _: () = { #(#promises)* };
    })
}

fn columns(input: &DeriveInput) -> Result<Vec<Column<'_>>> {
    if let Some(param) = input.generics.params.first() {
        return Err(Error::new_spanned(
            param,
            "a record has no generic parameters: its columns must be known",
        ));
    }
    match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => {
            data.fields.iter().map(Column::of).collect()
        }
        _ => Err(Error::new_spanned(
            &input.ident,
            "a record is a struct with named fields",
        )),
    }
}

fn record_type(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    quote!(#ident)
}

/// `::ml_core`, under whatever name the crate has it, or the façade's re-export of it.
fn core_path() -> TokenStream {
    let path = |found: FoundCrate| match found {
        // Also right for the crate's own examples, tests and doc-tests.
        FoundCrate::Itself => None,
        FoundCrate::Name(name) => Some(Ident::new(&name, Span::call_site())),
    };
    if let Ok(found) = crate_name("ml-core") {
        let name = path(found).unwrap_or_else(|| Ident::new("ml_core", Span::call_site()));
        return quote!(::#name);
    }
    match crate_name("metalayer") {
        Ok(found) => {
            let name = path(found).unwrap_or_else(|| Ident::new("metalayer", Span::call_site()));
            quote!(::#name::core)
        }
        Err(_) => quote!(::ml_core),
    }
}

impl Header {
    fn of(input: &DeriveInput, columns: &[Column<'_>]) -> Result<Self> {
        let mut dataset: Option<LitStr> = None;
        let mut grain: Option<LitStr> = None;
        for attr in input
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("record"))
        {
            attr.parse_nested_meta(|meta| {
                let place = match meta.path.get_ident().map(Ident::to_string).as_deref() {
                    Some("dataset") => &mut dataset,
                    Some("grain") => &mut grain,
                    _ => return Err(meta.error("expected dataset or grain")),
                };
                *place = Some(meta.value()?.parse()?);
                Ok(())
            })?;
        }
        let dataset = dataset.ok_or_else(|| {
            Error::new_spanned(
                &input.ident,
                r#"where do the rows live? add #[record(dataset = "bronze.orders")]"#,
            )
        })?;
        let (schema, table) = schema_and_table(&dataset)?;
        let grain = grain.map_or(Ok(Vec::new()), |grain| names(&grain, columns))?;
        Ok(Header {
            schema,
            table,
            grain,
        })
    }
}

fn schema_and_table(dataset: &LitStr) -> Result<(String, String)> {
    let value = dataset.value();
    match value.split_once('.') {
        Some((schema, table)) if !schema.is_empty() && !table.is_empty() => {
            Ok((schema.to_owned(), table.to_owned()))
        }
        _ => Err(Error::new(dataset.span(), "expected schema.table")),
    }
}

fn names(grain: &LitStr, columns: &[Column<'_>]) -> Result<Vec<String>> {
    let value = grain.value();
    let names: Vec<_> = value
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    match names
        .iter()
        .find(|name| columns.iter().all(|column| column.name != **name))
    {
        Some(name) => Err(Error::new(
            grain.span(),
            format!("the grain names `{name}`, which is no field"),
        )),
        None => Ok(names),
    }
}

fn fields_impl(input: &DeriveInput, core: &TokenStream, columns: &[Column<'_>]) -> TokenStream {
    let record = record_type(input);
    let arms = columns.iter().enumerate().map(
        |(ordinal, Column { field, .. })| quote!(#ordinal => #core::Field::value(&self.#field),),
    );
    quote! {
        impl #core::Fields for #record {
            #[inline]
            fn field(&self, ordinal: usize) -> #core::ValueRef<'_> {
                match ordinal {
                    #(#arms)*
                    _ => #core::ValueRef::Null,
                }
            }
        }
    }
}

fn record_impl(input: &DeriveInput, core: &TokenStream, columns: &[Column<'_>]) -> TokenStream {
    let record = record_type(input);
    let decode = columns.iter().enumerate().map(|(ordinal, column)| {
        let (field, format) = (column.field, column.format());
        // what is declared costs those who declare it
        let decode = match column.is_plain() {
            true => quote!(#core::decode_field(&mut self.#field, raw, index, #ordinal, #format, bad)),
            false => quote! {
                #core::decode_noted(
                    &mut self.#field, raw, index, #ordinal, &<Self as #core::Typed>::COLUMNS[#ordinal], bad,
                )
            },
        };
        quote! {
            let index = map[#ordinal];
            #decode;
        }
    });
    let read = columns.iter().enumerate().map(|(ordinal, Column { field, .. })| {
        quote!(#core::read_field(&mut self.#field, #core::RawFields::raw(wire, #ordinal), #ordinal)?;)
    });
    let put = columns.iter().enumerate().map(|(ordinal, Column { field, .. })| {
        quote!(#ordinal => #core::put_field(&mut self.#field, text),)
    });
    quote! {
        impl #core::Record for #record {
            fn columns(&self) -> &[#core::ColumnDef] {
                <Self as #core::Typed>::COLUMNS
            }

            fn decode_into<R: #core::RawFields>(
                &mut self,
                raw: &R,
                map: &[::std::option::Option<usize>],
                bad: &mut ::std::vec::Vec<#core::FieldError>,
            ) {
                #(#decode)*
            }

            fn put(
                &mut self,
                ordinal: usize,
                text: ::std::option::Option<&str>,
            ) -> ::std::result::Result<(), #core::Malformed> {
                match ordinal {
                    #(#put)*
                    _ => Err(#core::NO_COLUMN),
                }
            }

            fn read_from<R: #core::RawFields>(&mut self, wire: &R) -> ::std::result::Result<(), #core::FieldError> {
                #(#read)*
                Ok(())
            }
        }
    }
}

fn typed_impl(
    input: &DeriveInput,
    core: &TokenStream,
    columns: &[Column<'_>],
    header: &Header,
) -> TokenStream {
    let record = record_type(input);
    let Header {
        schema,
        table,
        grain,
    } = header;
    let definitions = columns.iter().map(|column| column.definition(core));
    let blanks = columns
        .iter()
        .map(|Column { field, ty, .. }| quote!(#field: <#ty as #core::Field>::blank(),));
    quote! {
        impl #core::Typed for #record {
            const DATASET: #core::Dataset = #core::Dataset::of(#schema, #table);
            const COLUMNS: &'static [#core::ColumnDef] = &[#(#definitions),*];
            const GRAIN: &'static [&'static str] = &[#(#grain),*];

            fn blank() -> Self {
                Self { #(#blanks)* }
            }
        }
    }
}
