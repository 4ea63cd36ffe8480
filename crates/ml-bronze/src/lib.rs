//! Sources of MetaLayer: CSV files and folders, read, decoded and judged.
