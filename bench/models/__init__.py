"""Models: one idea per file, class always `Model`; see bench/autoencoder.py for the contract."""
