"""What a hostile reviewer of a results folder looks for: one module per kind of doubt."""
