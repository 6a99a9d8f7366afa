"""The sections of tables.md and what they share: names, results, cells."""
