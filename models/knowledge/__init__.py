"""What is known: TOML and TSV first, a little code to read and check it."""
