"""What is on disk: files, data, specifications, tables, named random streams, and where numbers come from."""
