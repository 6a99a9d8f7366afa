"""The kinds of figures: one per file, each with a function from the plan and the results to a Figure."""
