"""Whether a GPU computes as a CPU does, and how fast it trains: `make gpu-check`."""
