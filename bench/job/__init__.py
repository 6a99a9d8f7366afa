"""What surrounds a job and cannot change a number: frame, log, progress, cancellation, GPU."""
