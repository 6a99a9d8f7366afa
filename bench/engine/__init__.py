"""Training many seeds at once, and using what was trained."""
