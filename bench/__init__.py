"""The suite's numerical half: a file here is a rule, `python -m bench.job RULE` runs it; the folders are its rooms."""
