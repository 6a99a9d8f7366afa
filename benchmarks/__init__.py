"""How fast the suite is: ratios measured side by side in one process run, and what the hardware allows."""
