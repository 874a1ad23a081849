from __future__ import annotations

import os
from pathlib import Path

from gofigure.process.log_files import LogFile, folder_of, folders, logs_in, make_folder, path_of, stem_of


def test_every_log_that_is_named_is_found_again_in_its_order(tmp_path: Path) -> None:
    folder = make_folder(str(tmp_path), 7)
    written = []
    for stage in ("unit", "a b", "../x", "ü", "unit.log", "10~2"):
        for attempt in (1, 2, 10):
            for command in (1, 2, 10):
                stem = os.path.join(folder, stem_of(stage))
                path = path_of(stem, command=command, commands=10, attempt=attempt)
                Path(path).touch()
                written.append((stage, LogFile(path, attempt, command)))
    found = logs_in(folder)
    assert [(stage, log) for stage in dict(written) for log in found[stem_of(stage)]] == written
    assert logs_in(None) == {}
    assert logs_in(str(tmp_path / "none")) == {}


def test_the_one_log_of_a_stage_has_its_plain_name() -> None:
    assert path_of("f/unit", command=1, commands=1, attempt=1) == "f/unit.log"


def test_a_folder_is_that_of_the_run_and_not_of_an_earlier_one_of_its_number(tmp_path: Path) -> None:
    state = str(tmp_path)
    assert folder_of(state, 1, 0) is None
    old = make_folder(state, 1)
    os.utime(old, ns=(10**18, 10**18))
    assert folder_of(state, 1, 10**18) == old
    assert folder_of(state, 1, 10**18 + 10**10) is None, "that was another run"
    new = make_folder(state, 1)
    assert new != old
    assert folder_of(state, 1, 10**18 + 10**10) == new


def test_only_what_is_ours_counts_as_a_folder_of_logs(tmp_path: Path) -> None:
    made = make_folder(str(tmp_path), 3)
    runs = Path(made).parent
    (runs / "4").symlink_to(tmp_path)
    (runs / "5").touch()
    (runs / "notes").mkdir()
    assert folders(str(tmp_path)) == [(3, made)]
