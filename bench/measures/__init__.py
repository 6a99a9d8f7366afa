"""Measures: one per file, each with a function `measure`; see bench/measures/base/trained.py for the contract."""
