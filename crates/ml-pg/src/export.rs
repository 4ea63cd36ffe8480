use std::borrow::Cow;
use std::fmt::Write as _;

use ml_core::{Error, Pii, Result};
use serde_json::json;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::entries::Sight;
use crate::quarantine_desk::PAGE;
use crate::{EntryFilter, QuarantineDesk, QuarantineEntry};

const HEADER: &str = "load,origin_load,record,dataset,source,line,byte,state,reasons,raw_length,raw,fixed,\
    decided_by,decided_at,discard_reason,replayed_by,replayed_as\r\n";
/// What stands for bytes that are not revealed.
const REDACTED: &str = "***";

impl QuarantineDesk {
    /// Writes every entry of a filter as a line of CSV (RFC 4180) under a header; answers how many.
    ///
    /// No cell of text is a formula to a spreadsheet: one that starts like one has an apostrophe in front. Bytes that
    /// are not revealed are `***`, and those that are not UTF-8 show as U+FFFD.
    ///
    /// # Errors
    /// As [`list`](QuarantineDesk::list); [`Source`](ml_core::Kind::Source) when the writer fails.
    pub async fn export_csv(
        &self,
        filter: &EntryFilter,
        mut writer: impl AsyncWrite + Unpin,
    ) -> Result<u64> {
        write(&mut writer, HEADER).await?;
        self.export(filter, writer, csv).await
    }

    /// Writes every entry of a filter as a line of JSON; answers how many. Bytes show as in
    /// [`export_csv`](QuarantineDesk::export_csv), and nothing is put in front of text.
    ///
    /// # Errors
    /// As [`export_csv`](QuarantineDesk::export_csv).
    pub async fn export_ndjson(
        &self,
        filter: &EntryFilter,
        writer: impl AsyncWrite + Unpin,
    ) -> Result<u64> {
        self.export(filter, writer, ndjson).await
    }

    /// Page by page behind the last key, so that no entry comes twice.
    async fn export(
        &self,
        filter: &EntryFilter,
        mut writer: impl AsyncWrite + Unpin,
        line: fn(&QuarantineEntry, Sight) -> String,
    ) -> Result<u64> {
        let (mut filter, mut written) = (filter.clone().page(PAGE), 0);
        loop {
            let page = self.list(&filter).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            for entry in &page {
                write(&mut writer, &line(entry, self.sight())).await?;
                written += 1;
            }
        }
        writer.flush().await.map_err(unwritable)?;
        Ok(written)
    }
}

async fn write(writer: &mut (impl AsyncWrite + Unpin), text: &str) -> Result<()> {
    writer.write_all(text.as_bytes()).await.map_err(unwritable)
}

fn unwritable(cause: std::io::Error) -> Error {
    Error::source("cannot write the export of the quarantine").because(cause)
}

fn csv(entry: &QuarantineEntry, sight: Sight) -> String {
    let reasons: Vec<String> = entry.violations.iter().map(ToString::to_string).collect();
    let (by, number) = entry.replayed.unzip();
    let mut line = format!("{},{},{}", entry.id.load, entry.id.origin, entry.id.record);
    text(&mut line, Some(&entry.dataset));
    text(&mut line, Some(&entry.source));
    plain(&mut line, entry.line);
    plain(&mut line, entry.byte);
    plain(&mut line, Some(entry.state));
    text(&mut line, Some(&reasons.join("; ")));
    plain(&mut line, Some(entry.raw_length));
    text(&mut line, raw(entry, sight).as_deref());
    text(&mut line, fixed(entry, sight).as_deref());
    text(&mut line, entry.decided_by.as_deref());
    plain(&mut line, entry.decided_at.map(|at| at.to_rfc3339()));
    text(&mut line, entry.discard_reason.as_deref());
    plain(&mut line, by);
    plain(&mut line, number);
    line.push_str("\r\n");
    line
}

/// A cell of our own making: a number, a time, a state.
fn plain(line: &mut String, cell: Option<impl std::fmt::Display>) {
    line.push(',');
    if let Some(cell) = cell {
        // writing to a string cannot fail
        let _ = write!(line, "{cell}");
    }
}

/// A cell of anybody's making, always in quotes, so that no text ends it.
fn text(line: &mut String, cell: Option<&str>) {
    line.push(',');
    if let Some(cell) = cell {
        line.push('"');
        line.push_str(&harmless(cell).replace('"', "\"\""));
        line.push('"');
    }
}

/// Source: OWASP ASVS 5.0, 1.2.10, and "CSV Injection"; CWE-1236. Blanks and quotes before the character are looked
/// through, as spreadsheets do; full-width forms are formulas in some of them.
fn harmless(cell: &str) -> Cow<'_, str> {
    let is_formula = |c: char| "=+-@\t\r\n\0＝＋－＠".contains(c);
    let starts = cell.starts_with(is_formula);
    let inner = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    match starts || inner.starts_with(is_formula) {
        true => format!("'{cell}").into(),
        false => cell.into(),
    }
}

fn raw(entry: &QuarantineEntry, sight: Sight) -> Option<Cow<'_, str>> {
    match sight {
        Sight::Redacted => (entry.raw_length > 0).then_some(Cow::Borrowed(REDACTED)),
        Sight::Revealed => entry.raw.as_ref().map(shown),
    }
}

fn fixed(entry: &QuarantineEntry, sight: Sight) -> Option<Cow<'_, str>> {
    use crate::EntryState::{Fixed, Replayed};
    match sight {
        Sight::Redacted => {
            matches!(entry.state, Fixed | Replayed).then_some(Cow::Borrowed(REDACTED))
        }
        Sight::Revealed => entry.fixed.as_ref().map(shown),
    }
}

fn shown(bytes: &Pii<Vec<u8>>) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.reveal())
}

fn ndjson(entry: &QuarantineEntry, sight: Sight) -> String {
    let (by, number) = entry.replayed.unzip();
    let mut line = json!({
        "load": entry.id.load,
        "origin_load": entry.id.origin,
        "record": entry.id.record,
        "dataset": entry.dataset,
        "source": entry.source,
        "line": entry.line,
        "byte": entry.byte,
        "state": entry.state.as_str(),
        "violations": entry.violations,
        "raw_length": entry.raw_length,
        "raw": raw(entry, sight),
        "fixed": fixed(entry, sight),
        "decided_by": entry.decided_by,
        "decided_at": entry.decided_at.map(|at| at.to_rfc3339()),
        "discard_reason": entry.discard_reason,
        "replayed_by": by,
        "replayed_as": number,
    })
    .to_string();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let formulas = [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "  =1", "\"=1",
            " \"'=1", "＝1",
        ];
        for formula in formulas {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for plain in ["", "1,=2", "a-b", "x@y.example", "  a"] {
            assert_eq!(harmless(plain), plain);
        }
    }

    #[test]
    fn no_text_ends_its_cell() {
        let mut line = String::new();
        text(&mut line, Some("a\"\r\n=1,b"));
        assert_eq!(line, ",\"a\"\"\r\n=1,b\"");
    }
}
