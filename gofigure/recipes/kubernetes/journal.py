"""What this repository has put into a namespace, and which deploy was under way when it was cut off.

Written before anything is sent to the cluster: after a kill, nothing is there that is not in it. (The history of
deploys is in the store, as what their stages have made; this is only what the next deploy has to know.)
"""

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.errors import GofigureError
from gofigure.recipes.kubernetes.objects import Object, as_records, from_records


class Known(NamedTuple):
    """What is known of one stage in one namespace of one context."""

    objects: tuple[Object, ...] = ()  # may be there, by our doing
    under_way: str = ""  # the digest of the set that was being applied; "" if that came to an end
    run: int = 0  # that was doing so


class Journal:
    """`folder`: below the state folder of the repository."""

    def __init__(self, folder: str, stage: str, context: str, namespace: str) -> None:
        digest = digest_bytes(f"{stage}\0{context}\0{namespace}".encode()).hex()[:16]
        self._path = os.path.join(folder, f"{re.sub(r'[^A-Za-z0-9_-]', '-', stage)[:40]}-{digest}.json")

    def read(self) -> Known:
        """Raises GofigureError where it is there and cannot be understood: what to delete must not be guessed."""
        try:
            with open(self._path, "rb") as file:
                said = json.load(file)
            return Known(tuple(from_records(said["objects"])), str(said["under_way"]), int(said["run"]))
        except FileNotFoundError:
            return Known()
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = f"rm {self._path}  (what earlier deploys have left is then not removed by gofigure)"
            raise GofigureError(f"{self._path} cannot be read: {error}", hint=hint) from None

    def write(self, known: Known) -> None:
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        text = json.dumps({**known._asdict(), "objects": as_records(known.objects)}, sort_keys=True)
        fresh = f"{self._path}.{os.getpid()}.new"
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)


def together(*lists: tuple[Object, ...] | list[Object]) -> tuple[Object, ...]:
    """Each object once, as the last list has it."""
    return tuple({one.same: one for objects in lists for one in objects}.values())
