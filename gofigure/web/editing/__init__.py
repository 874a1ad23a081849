"""The configuration edited in the page: texts that are not saved yet, and what saves them."""
