"""Verdicts on the papers' claims and numbers; every test is scipy.stats'. docs/verdicts.md explains them."""
