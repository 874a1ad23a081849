"""Files that editors make and remove again; alone they are no reason to look."""

from __future__ import annotations

import re

_LITTER = re.compile(
    rb"""
      4913              # vim tries whether it may make a file
    | \..*\.sw[a-z]     # vim's swap files
    | .*~               # backups, of many
    | \.\#.*            # emacs: locks
    | \#.*\#            # emacs: files not yet saved
    | .*___jb_(tmp|old|bak)___  | ___jb_.*    # JetBrains
    | \.goutputstream-.*        # GLib
    | \.~lock\..*\#     # LibreOffice
    | \..*\.kate-swp
    """,
    re.VERBOSE | re.DOTALL,
)


def is_litter(name: bytes) -> bool:
    """Whether a file of this name is hardly ever content. Digests decide: this only saves a look."""
    return _LITTER.fullmatch(name) is not None
