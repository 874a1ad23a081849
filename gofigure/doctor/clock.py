"""The clock, and that of the file system: a stat may stand for content only where the two agree."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gofigure.digest.stamp import RACY_MARGIN_NS
from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.scene import Scene, probe
from gofigure.doctor.store import newest_run_ns

_MARGIN = RACY_MARGIN_NS / 1e9


def check_file_times(scene: Scene) -> Iterator[Said]:
    """A file written now must be of now; with a network file system, the server's clock says what now is."""
    with probe(scene) as folder:
        if folder is None:
            return
        place = os.path.join(folder, "now")
        before = scene.now()
        with open(place, "wb") as file:
            file.write(b"now")
        written = os.stat(place).st_mtime
        after = scene.now()
    skew = written - after if written > after else min(0.0, written - before)
    if abs(skew) > _MARGIN:
        how = "ahead of" if skew > 0 else "behind"
        found = f"the file system's clock is {abs(skew):.0f} s {how} this machine's: changes could be overlooked"
        yield problem(found, "set both by NTP: timedatectl set-ntp true")
    else:
        yield fine(f"files get this machine's time, to {_MARGIN:.0f} s")


def check_future(scene: Scene) -> Iterator[Said]:
    ahead = newest_run_ns(scene) / 1e9 - scene.now()
    if ahead > _MARGIN:
        yield warning(f"a run is recorded as of {ahead:.0f} s from now: the clock was set back", "timedatectl status")
