"""The sections of tables.md and what they share: results, cells."""
