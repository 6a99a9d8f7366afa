"""Handing a finished results folder over, and verifying what was handed over."""
