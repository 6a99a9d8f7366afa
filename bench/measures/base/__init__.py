"""What measures and the rules that measure share."""
