"""Why one of the configuration's files cannot be edited by the page."""

from __future__ import annotations

import os
import stat

from gofigure.config.toml_file import MAX_BYTES
from gofigure.project import Project


def why_locked(project: Project, name: str, data: bytes | None) -> str:
    """`name`: from the root; `data`: what is in it, None where it is not there. "" if it can be edited."""
    if project.repository and project.repository.is_bare:
        return "a bare repository has no file to edit"
    return _elsewhere(project.root, name, is_there=data is not None) or _odd(data or b"")


def _elsewhere(root: str, name: str, *, is_there: bool) -> str:
    """Why what is written could be read by another project as well: there, nothing would hold it."""
    above, (*folders, _) = root, name.split("/")
    for folder in folders:
        above = os.path.join(above, folder)
        if os.path.islink(above):
            return f"{above} is a link to {os.path.realpath(above)}: edit it there"
        if os.path.lexists(os.path.join(above, ".git")):
            return f"{above} is another repository: edit it there"
    if not is_there:
        return ""
    path = os.path.join(root, name)
    info = os.lstat(path)
    if stat.S_ISLNK(info.st_mode):
        return f"it is a link to {os.path.realpath(path)}: edit it there"
    if not stat.S_ISREG(info.st_mode):
        return f"{path} is no regular file"
    return f"it has {info.st_nlink} names (hard links): edit it in an editor" if info.st_nlink > 1 else ""


def _odd(data: bytes) -> str:
    """What a text field cannot hold and give back byte for byte."""
    if len(data) > MAX_BYTES:
        return "it is too big"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "it is not UTF-8"
    if data.startswith(b"\xef\xbb\xbf") or b"\0" in data:
        return "it has bytes that no text field can hold"
    lone = data.replace(b"\r\n", b"")
    if b"\r" in lone or (b"\r\n" in data and b"\n" in lone):
        return "its lines end in different ways"
    return ""
