"""The system gives no more watches, instances or files: what is left works, the rest is scanned, and it is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.repo import Repo

_START = """
import os, resource, sys
from pathlib import Path
from support.repo import Repo
from support.backend import finish, heard, paths, watching, watched, folders
repo = Repo(Path.cwd(), os.environ)
"""


def _run(repo: Repo, program: str, *before: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, whose limits are its own."""
    here = Path(__file__)
    env = {**repo.env, "PYTHONPATH": f"{here.parents[2]}:{here.parents[3]}", "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [*before, sys.executable, "-c", _START + program]
    return subprocess.run(argv, cwd=repo.root, env=env, capture_output=True, text=True, check=False)


def _own_limit(name: str, value: int) -> list[str]:
    """Words before a command that give it a limit of its own, in a user namespace (namespaces(7))."""
    return ["unshare", "-Ur", "sh", "-c", f'echo {value} > /proc/sys/user/{name} || exit 99; exec "$@"', "sh"]


def _done(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("no user namespaces here")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tree(repo: Repo) -> Repo:
    for number in range(20):
        repo.write(f"d{number:02}/x")
    repo.write("untracked/.keep")
    repo.commit()
    repo.write("other/deep/x")
    return repo


def test_the_limit_of_watches_watchman_132(tree: Repo) -> None:
    """The watches that were got are kept; the rest is scanned; how many are needed, and what to type, is said."""
    said = _done(
        _run(
            tree,
            """
with watching(repo) as backend:
    print(backend.words, "|", backend.degraded, "|", backend.interval)
    repo.write("d00/x", "y")
    repo.write("newer/deep/x", "y")
    print(sorted(paths(backend)))
    Path("/proc/sys/user/max_inotify_watches").write_text("1000")
    backend._tried -= 1000
    backend.took(0.2)
    print(backend.interval)
    print(finish(backend) is not None, backend.words, "|", backend.degraded, "|", backend.interval)
    assert watched(backend) == folders(repo.root)
""",
            *_own_limit("max_inotify_watches", 5),
        )
    )
    words, path, interval, later = said.splitlines()
    assert words.startswith("inotify, 5 folders | only 5 of 24 folders are watched, as user.max_inotify_watches is 5;")
    assert "a scan every 1 s: sudo sysctl user.max_inotify_watches=524288" in words
    assert words.endswith("| 1.0")
    assert path == "[b'd00/x', b'newer/deep/x']", "seen, though it got no watch"
    assert float(interval) == pytest.approx(4)
    assert later == "True inotify, 26 folders |  | 60.0"


def test_no_instance_is_left(tree: Repo) -> None:
    program = "with watching(repo) as backend: print(backend.fileno(), backend.interval, backend.degraded)"
    said = _done(_run(tree, program, *_own_limit("max_inotify_instances", 0)))
    assert said.startswith("-1 1.0 no inotify instance is to be had: Too many open files; try: sudo sysctl fs.inotify.")


def test_no_file_is_left(tree: Repo) -> None:
    program = """
from gofigure.triggers.backends import choice
import gofigure.triggers.backends.kernel, gofigure.triggers.backends.inotify
from gofigure.triggers.backends.root import Root
held = []
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (20, limit[1]))
try:
    while True:
        held.append(os.dup(0))
except OSError:
    pass
backend = choice._with_inotify(Root(str(repo.root)), None, None, {})
print(backend.fileno(), backend.words)
"""
    said = _done(_run(tree, program))
    assert said == "-1 a scan every 1 s (no inotify instance is to be had: Too many open files)\n"


def test_a_folder_without_permission_is_said_and_watched_when_it_has_some(repo: Repo) -> None:
    program = """
os.mkdir("shut"); os.chmod("shut", 0)
with watching(repo) as backend:
    print(backend.degraded, "|", backend.interval)
    repo.write("open/x")
    print(paths(backend))
    os.chmod("shut", 0o700)
    print(backend.read(), finish(backend), backend.degraded, watched(backend) == folders(repo.root))
    repo.write("shut/x", "y")
    print(paths(backend))
    os.chmod("shut", 0)
    print(paths(backend), backend.degraded)
    os.rename("shut", "closed")
    heard(backend)
    print(backend.degraded)
    os.chmod("closed", 0o700)
    os.unlink("closed/x")
    os.chmod("closed", 0)
    heard(backend)
    os.rmdir("closed")
    heard(backend)
    print(backend.degraded)
"""
    powerless = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    said = _done(_run(repo, program, *powerless)).splitlines()
    shut = "shut: Permission denied; what changes there is seen by a scan every 30 s"
    assert said[0] == f"{shut} | 30.0"
    assert said[1] == "{b'open/x'}"
    assert said[2].startswith("Waking(paths=frozenset({b'shut'})")
    assert said[2].endswith("  True")
    assert said[3:] == ["{b'shut/x'}", "{b'shut'} " + shut, shut.replace("shut", "closed", 1), ""]


def test_what_is_unmounted_is_said_and_what_is_mounted_there_again(tree: Repo) -> None:
    program = """
subprocess = __import__("subprocess")
mounted = repo.root / "d00"
subprocess.run(["mount", "-t", "tmpfs", "none", str(mounted)], check=True)
repo.write("d00/inner/x")
with watching(repo) as backend:
    assert watched(backend) == folders(repo.root)
    for _ in range(2):
        subprocess.run(["umount", str(mounted)], check=True)
        waking = heard(backend)
        print(waking.lost, "|", backend.degraded, "|", backend.interval)
        repo.write("d00/x", "y")
        print(paths(backend), backend.read())
        subprocess.run(["mount", "-t", "tmpfs", "none", str(mounted)], check=True)
        repo.write("d00/inner/x")
        waking = backend.read()
        print(waking.lost, finish(backend).paths, backend.read(), watched(backend) == folders(repo.root))
    subprocess.run(["umount", str(mounted)], check=True)
    heard(backend)
    mounted.joinpath("x").unlink()
    mounted.rmdir()
    heard(backend)
    print(backend._unmounted)
"""
    done = _run(tree, program, "unshare", "-Urm")
    if "mount" in done.stderr and "CalledProcessError" in done.stderr:
        pytest.skip("nothing can be mounted here")
    *said, left = _done(done).splitlines()
    for gone, path, back in (said[:3], said[3:]):
        assert "d00 was unmounted" in gone or "d00/inner was unmounted" in gone
        assert gone.endswith("|  | 30.0"), "events tell of everything that is there"
        assert path == "{b'd00/x'} None"
        assert back == "d00 was mounted frozenset({b'd00/inner/x'}) None True"
    assert left == "set()"
