"""`python -m docs.site [FOLDER]`: the site, as `make docs` makes it."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.site.build import NoSuchFileError, build

out = Path(sys.argv[1] if len(sys.argv) > 1 else "build/docs").resolve()
try:
    pages = build(out)
except (NoSuchFileError, FileExistsError) as error:
    sys.exit(str(error))
print(f"{len(pages)} pages: {out / 'index.html'}")
