"""blake3 digests of contents, folders and values; the only importer of blake3."""
