"""Data sets: one per file, each with a function `load(data_root, *, its options) -> Splits`."""
