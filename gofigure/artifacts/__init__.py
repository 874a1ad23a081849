"""What stages make, kept beside the store and put back (docs/decisions/0033-artifacts.md)."""
