"""What models share: the contract, backbones, linear chains, truncation."""
