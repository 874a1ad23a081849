"""The git program, asked in machine-readable forms only; every name is bytes, every list NUL-separated."""
