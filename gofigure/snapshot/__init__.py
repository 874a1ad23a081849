"""The exact content that a run is about: an index, a commit, a working tree, or a plain folder."""
