"""`.gofigure`: one SQLite file of digests, proofs and runs; the only importer of sqlite3."""
