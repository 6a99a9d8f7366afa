"""The workflow: files and names. Nothing here knows tensors, and nothing in bench/ knows Snakemake."""
