"""The least that a watcher in Python can do: `inotify_floor.py PROGRAM FOLDER` runs it after each write."""

from __future__ import annotations

import os
import sys

from inotify_simple import INotify, flags  # type: ignore[import-untyped]


def main() -> None:
    program, root = sys.argv[1:]
    inotify = INotify()
    for folder, below, _ in os.walk(root):
        below[:] = [name for name in below if name != ".git"]
        inotify.add_watch(folder, flags.CLOSE_WRITE | flags.MOVED_TO)
    while inotify.read():
        os.waitpid(os.posix_spawn(program, [program], os.environ), 0)


if __name__ == "__main__":
    main()
