"""What jobs and stages are called where several folders have a configuration (docs/decisions/0052-monorepo.md).

FOLDER:NAME   of the folder's own file, from anywhere; the folder is named from the root
NAME          of the root's file; written in a folder's file, it is that file's own
//:NAME       of the root's file, from anywhere; a full name may begin with // too
"""

from __future__ import annotations

TOP = "//"  # the root of the repository, wherever it is written
_SEPARATOR = ":"
# They join names, end them in a list, or have a meaning in a glob.
_NO_PART_OF_A_FOLDER = ":,~*?[]{}!\"'\\"


def full(folder: str, name: str) -> str:
    """The name that is the same from everywhere."""
    return f"{folder}{_SEPARATOR}{name}" if folder else name


def folder_of(name: str) -> str:
    """The folder of a full name; "" is the root."""
    return name.partition(_SEPARATOR)[0] if _SEPARATOR in name else ""


def local(name: str) -> str:
    """A full name as its own file says it."""
    return name.partition(_SEPARATOR)[2] or name


def is_full(written: str) -> bool:
    """Whether it names a folder, or the root, and something of it."""
    return _SEPARATOR in written


def resolved(written: str, folder: str) -> str:
    """The full name of what is written in the file of a folder."""
    if not is_full(written):
        return full(folder, written)
    where, _, name = written.removeprefix(TOP).partition(_SEPARATOR)
    return full(where, name)


def fault(folder: str) -> str:
    """Why a folder cannot have jobs of its own; "" if it can."""
    odd = next((char for char in folder if char in _NO_PART_OF_A_FOLDER or not char.isprintable()), None)
    if odd is not None:
        said = odd.encode("unicode_escape").decode()
        return f"its folder's name holds '{said}', which no name of a job can hold"
    return "its folder is called ..., which stands for all folders" if "..." in folder.split("/") else ""


def below(folder: str, path: str) -> str:
    """A path of a folder's file from the root; "" is the folder itself."""
    return "/".join(filter(None, (folder, path)))
