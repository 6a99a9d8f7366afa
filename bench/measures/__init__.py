"""What is measured: features, densities, heads, spectra, distances."""
