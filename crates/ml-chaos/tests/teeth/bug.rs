/// What may be wrong with the model: each is a mistake that loaders make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The ledger is written in a transaction of its own, before the rows.
    LedgerApart,
    /// After a lost connection the load is done again without asking the ledger.
    RetryUnasked,
    /// A connection goes on being used after the server refused a COPY.
    ConnectionReused,
    /// What fails on the way is ignored, and `Ok` of COMMIT taken for a commit.
    CommitTrusted,
    /// What is held back is written in a transaction after that of the rows.
    HeldApart,
    /// The bytes of the file go to the server as they are.
    PassedThrough,
    /// The end of a stream is read, compared, and set later.
    HeadUnfenced,
    /// The row at which a COPY is ended and another begun is in neither.
    ReopenedLossy,
    /// The watermark is taken after the loads were found.
    WatermarkLate,
    /// A file is its name.
    NameHashed,
    /// A field may have any length.
    FieldUncapped,
    /// A row with the same content as the one that stands is skipped, and with it its version.
    UnchangedSkipped,
    /// What the server says is passed on whole.
    DetailTold,
    /// `NaN` is a number.
    NanAllowed,
    /// Fields that are missing are NULL, and those that are too many left out.
    WidthLenient,
}
