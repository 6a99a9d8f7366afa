"""The suite's numerical half: one module per rule, run as `python -m bench.<rule>` with paths as arguments."""
