"""The study of linear autoencoders (arXiv 2107.01301)."""
