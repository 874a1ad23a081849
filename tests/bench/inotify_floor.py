"""The least that a watcher in Python can do: `inotify_floor.py PROGRAM FOLDER` runs it after each write."""

from __future__ import annotations

import os
import sys

from gofigure.triggers.backends.kernel import CLOSE_WRITE, MOVED, Instance


def main() -> None:
    program, root = sys.argv[1:]
    inotify = Instance()
    for folder, below, _ in os.walk(root):
        below[:] = [name for name in below if name != ".git"]
        inotify.add_watch(os.fsencode(folder), CLOSE_WRITE | MOVED)
    while True:
        if inotify.read(timeout=60_000):
            os.waitpid(os.posix_spawn(program, [program], os.environ), 0)


if __name__ == "__main__":
    main()
