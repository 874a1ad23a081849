"""The only package that starts and ends programs."""
