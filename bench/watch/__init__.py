"""Watching a suite in work, and what it costs."""
