"""Models: one idea per file, class always `Model`; see bench/models/base/autoencoder.py for the contract."""
