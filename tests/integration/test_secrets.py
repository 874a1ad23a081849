"""A secret reaches its stage and nothing else: no log, no screen, no answer, no store."""

from __future__ import annotations

import base64
import json
import os
import sys
import urllib.parse
from pathlib import Path

import pytest
from blake3 import blake3
from support.repo import Done, Repo
from support.rig import Rig, said, stages, verdicts

from gofigure.process.mask import forms

VALUE = "t0p/Secret+ value&1'2"
STAGE = """
[jobs.j]
stages = ["s"]
[stages.s]
secrets = ["TOKEN"]
"""


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(STAGE + "run = 'printf %s \"$TOKEN\" > ../seen'")
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    return repo


def runs(repo: Repo, line: str) -> None:
    """The stage is a Python program: it knows every form."""
    repo.write("../stage.py", "import base64, json, os, sys, urllib.parse\nvalue = os.environ.get('TOKEN')\n" + line)
    repo.config(STAGE + f"run = '{sys.executable} ../stage.py'")


def seen(repo: Repo) -> str:
    return (repo.root.parent / "seen").read_text()


def traces(repo: Repo) -> list[str]:
    """Every file of gofigure's that holds a form of the value, or a digest of it."""
    data = VALUE.encode()
    tells = {*forms(VALUE), blake3(data).digest(), blake3(data).hexdigest()[:16].encode()}
    files = [*repo.root.glob(".gofigure*"), *(repo.root / ".git" / "gofigure").rglob("*")]
    assert repo.root / ".gofigure" in files
    assert any(file.suffix == ".log" for file in files)
    return [str(file) for file in files if file.is_file() and any(form in file.read_bytes() for form in tells)]


def hidden(done: Done) -> bool:
    return not any(form in done.stdout + done.stderr for form in forms(VALUE))


PRINTS = """
for before in ("", "u:", "user"):
    data = (before + value + "@host").encode()
    print(base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode())
print(value, urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value))
print(json.dumps({"token": value}), repr(value), value.encode().hex())
sys.stdout.flush()
sys.stdout.buffer.write(b"\\0\\xff" + value.encode() + b"\\xfe\\n")
sys.exit(f"error: {value} was refused")
"""


def test_no_form_of_it_is_written_or_shown(project: Repo) -> None:
    runs(project, PRINTS)
    plain = project.gofigure("run", env={"TOKEN": VALUE})
    answer = project.gofigure("run", "--json", "--no-cache", env={"TOKEN": VALUE})
    assert (plain.returncode, answer.returncode) == (1, 1), said(plain)
    assert "error: *** was refused" in said(plain)
    assert hidden(plain)
    assert hidden(answer)
    for words in (["history", "--json"], ["why", "s", "--json"], ["status"], ["validate"]):
        assert hidden(project.gofigure(*words, env={"TOKEN": VALUE}))
    assert traces(project) == []


def test_it_reaches_the_stage_whole_and_no_other(project: Repo) -> None:
    text = STAGE.replace('["s"]', '["s", "t"]', 1) + "run = 'printf %s \"$TOKEN\" > ../seen'\n"
    project.config(text + "[stages.t]\nneeds = ['s']\nrun = 'cat ../seen; echo; echo \"<${TOKEN-none}>\"'")
    done = project.gofigure("run", env={"TOKEN": VALUE})
    assert done.returncode == 0, said(done)
    assert seen(project) == VALUE
    # What another stage prints of it is hidden as well.
    [log] = (project.root / ".git/gofigure").rglob("t.log")
    assert log.read_bytes() == b"***\n<none>\n"
    again = project.gofigure("run", "t", "--no-cache", env={"TOKEN": VALUE})
    assert again.returncode == 0, said(again)
    assert traces(project) == []


def test_what_a_reused_stage_had_is_hidden_too(project: Repo) -> None:
    text = (
        STAGE.replace('["s"]', '["s", "t"]\nstrict_dependency = true', 1)
        + "inputs = ['a']\nrun = 'printf %s \"$TOKEN\" > ../seen'\n"
    )
    project.config(text + "[stages.t]\ncache = false\nrun = 'cat ../seen'")
    assert project.gofigure("run", env={"TOKEN": VALUE}).returncode == 0
    done = project.gofigure("run", "--json", env={"TOKEN": VALUE})
    assert verdicts(json.loads(done.stdout)) == {"s": "reused", "t": "passed"}
    assert traces(project) == []
    # Nor is it needed then.
    assert project.gofigure("run").returncode == 0


@pytest.mark.parametrize("place", ["variable", "file"])
def test_a_file_named_with_the_value_is_hidden_where_nothing_runs(project: Repo, home: Path, place: str) -> None:
    value = "t0psecretvalue"
    text = STAGE.replace('["s"]', '["s", "t"]\nstrict_dependency = true', 1) + "inputs = ['d/**']\nrun = 'true'\n"
    project.config(text + "[stages.t]\ninputs = ['d/**']\nrun = 'true'")
    project.write("d/a")
    if place == "file":
        private(home, "TOKEN", f"{value}\n")
    env = {"TOKEN": value} if place == "variable" else {}
    assert project.gofigure("run", env=env).returncode == 0
    project.write(f"d/{value}.txt")
    for words in (["status"], ["why", "s"], ["why", "t"], ["why", "d"], ["why", f"d/{value}.txt"]):
        for options in ([], ["--json"]):
            done = project.gofigure(*words, *options, env=env)
            assert done.returncode == 0, said(done)
            assert "d/***.txt" in said(done), words
            assert value not in said(done), words


def test_where_nothing_runs_no_secret_is_missed_and_the_keyring_left_alone(project: Repo, tmp_path: Path) -> None:
    tell = tmp_path / "asked"
    env = keyring(tmp_path, f"open({str(tell)!r}, 'w').close()")
    refused = {"TOKEN_FILE": "/no/such"}
    for words in (["status"], ["why", "s"], ["why", "./a"]):
        for given in (env, refused):
            done = project.gofigure(*words, env=given)
            assert done.returncode == 0, said(done)
    assert not tell.exists()
    assert project.gofigure("run", env=env).returncode == 2
    assert tell.exists()


def test_split_over_two_writes(project: Repo, rig: Rig) -> None:
    gate = rig.gate()
    half = len(VALUE) // 2
    runs(
        project,
        f"""
import subprocess
def say(data):
    os.write(1, data)
for data in (value.encode(), base64.b64encode(b"x" + value.encode()), urllib.parse.quote(value).encode()):
    say(b"[" + data[:{half}])
    subprocess.run(["sh", "-c", {gate.sh!r}], check=True)
    say(data[{half}:] + b"]")
""",
    )
    running = rig.start(project, "run", env={"TOKEN": VALUE})
    for _ in range(3):
        gate.arrive()
        assert not traces_now(project)
        gate.open()
    assert running.finish() == 0, running.output
    assert traces(project) == []
    [log] = (project.root / ".git/gofigure").rglob("s.log")
    assert log.read_bytes().count(b"***") == 3


def traces_now(repo: Repo) -> bool:
    """Whether a part of the value that tells something is in a log at this moment."""
    return any(VALUE[:MIN].encode() in log.read_bytes() for log in (repo.root / ".git/gofigure").rglob("*.log"))


MIN = 6


def test_retries_and_parts_have_logs_of_their_own(project: Repo) -> None:
    project.config(STAGE + 'retries = 2\nrun = \'echo "$TOKEN" | base64; echo "$TOKEN"; exit 1\'')
    done = project.gofigure("run", "--json", env={"TOKEN": VALUE})
    assert done.returncode == 1, said(done)
    assert len(list((project.root / ".git/gofigure").rglob("s*.log"))) == 3
    assert traces(project) == []


def test_a_file_name_in_a_reason(project: Repo) -> None:
    """A stage may have written anything, a file of that name too."""
    value = "tell-tale-name"
    project.config(STAGE + "run = 'true'")
    project.write(f"{value}.py", "1\n")
    assert project.gofigure("run", env={"TOKEN": value}).returncode == 0
    project.write(f"{value}.py", "2\n")
    done = project.gofigure("run", "--json", env={"TOKEN": value})
    assert stages(json.loads(done.stdout))["s"]["reason"] == "***.py changed"
    assert value not in said(done)
    project.config(STAGE + f"run = 'echo 3 >> {value}.py'")
    done = project.gofigure("run", "--json", env={"TOKEN": value})
    assert "while it ran, ***.py changed" in stages(json.loads(done.stdout))["s"]["note"]
    history = project.gofigure("history", "--json")
    assert value not in said(history)


def test_its_name_is_part_of_the_key_and_its_value_is_not(project: Repo) -> None:
    first = stages(json.loads(project.gofigure("run", "--json", env={"TOKEN": VALUE}).stdout))["s"]
    second = stages(json.loads(project.gofigure("run", "--json", env={"TOKEN": "another value"}).stdout))["s"]
    assert (first["verdict"], second["verdict"]) == ("passed", "reused")
    assert first["key"] == second["key"]
    project.config(STAGE.replace('"TOKEN"', '"TOKEN", "OTHER"') + "run = 'printf %s \"$TOKEN\" > ../seen'")
    third = stages(json.loads(project.gofigure("run", "--json", env={"TOKEN": VALUE, "OTHER": VALUE}).stdout))["s"]
    assert (third["verdict"], third["reason"]) == ("passed", "env OTHER added")


def test_a_literal_variable_is_never_taken_for_a_secret(project: Repo) -> None:
    line = "run = 'true'\ninputs = ['a']\n"
    project.config(STAGE + line)
    assert project.gofigure("run", env={"TOKEN": VALUE}).returncode == 0
    for value in ("secret", "\\u0001secret", "\\\\0secret"):
        project.config(STAGE.replace('secrets = ["TOKEN"]', f'env = {{ TOKEN = "{value}" }}') + line)
        assert verdicts(project.json("run")) == {"s": "passed"}


def test_from_the_file_that_a_variable_names(project: Repo, tmp_path: Path) -> None:
    place = tmp_path / "token"
    for content, value in ((VALUE, VALUE), (VALUE + "\n", VALUE), ("a line\nanother\n\n", "a line\nanother\n")):
        place.write_text(content)
        done = project.gofigure("run", "--no-cache", env={"TOKEN_FILE": str(place)})
        assert done.returncode == 0, said(done)
        assert seen(project) == value
    done = project.gofigure("run", "--no-cache", env={"TOKEN_FILE": str(place), "TOKEN": "of the variable"})
    assert seen(project) == "of the variable"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda place: None, "No such file or directory"),
        (lambda place: place.mkdir(), "it is no ordinary file"),
        (os.mkfifo, "it is no ordinary file"),
        (lambda place: place.write_bytes(b"\n"), "it is empty"),
        (lambda place: place.write_bytes(b"a\0b-unseen"), "it holds a NUL byte"),
        (lambda place: place.write_bytes(b"unseen" * 20_000), "it is larger than 64 KiB"),
    ],
    ids=["missing", "folder", "fifo", "empty", "nul", "large"],
)
def test_a_file_that_is_none(project: Repo, tmp_path: Path, make: object, words: str) -> None:
    place = tmp_path / "token"
    make(place)  # type: ignore[operator]
    done = project.gofigure("run", env={"TOKEN_FILE": str(place)})
    assert done.returncode == 2, said(done)
    assert said(done) == f"gofigure: the secret TOKEN cannot be read from {place}: {words}\n"
    assert not (project.root.parent / "seen").exists()


def private(home: Path, name: str, value: str) -> Path:
    place = home / ".config" / "gofigure" / "secrets" / name
    place.parent.mkdir(parents=True)
    place.write_text(value)
    place.chmod(0o600)
    return place


def test_from_a_private_file(project: Repo, home: Path) -> None:
    place = private(home, "TOKEN", VALUE)
    done = project.gofigure("run")
    assert done.returncode == 0, said(done)
    assert seen(project) == VALUE
    place.chmod(0o640)
    done = project.gofigure("run", "--no-cache")
    assert done.returncode == 2
    assert said(done) == f"gofigure: the secret TOKEN in {place} is not private to you\n          chmod 600 {place}\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(project: Repo, home: Path) -> None:
    place = private(home, "TOKEN", VALUE)
    place.chmod(0)
    done = project.gofigure("run")
    assert done.returncode == 2
    assert "Permission denied" in said(done)


def keyring(tmp_path: Path, body: str) -> dict[str, str]:
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "keyring.py").write_text(
        f"import os, sys\nprint('noise')\ndef get_password(service, name):\n    {body}\n"
    )
    return {"PYTHONPATH": f"{folder}:{Path(__file__).resolve().parents[2]}"}


def test_from_the_keyring(project: Repo, tmp_path: Path) -> None:
    env = keyring(tmp_path, f"return {{('gofigure', 'TOKEN'): {VALUE!r}}}.get((service, name))")
    done = project.gofigure("run", env=env)
    assert done.returncode == 0, said(done)
    assert seen(project) == VALUE
    project.config(STAGE.replace("TOKEN", "OTHER") + "run = 'true'")
    done = project.gofigure("run", env=env)
    assert done.returncode == 2
    assert 'not in the keyring (service "gofigure")' in said(done)


@pytest.mark.parametrize("body", ["raise RuntimeError('locked')", "os._exit(0)", "open('/dev/tty')", "input()"])
def test_a_keyring_that_gives_nothing(project: Repo, tmp_path: Path, body: str) -> None:
    done = project.gofigure("run", env=keyring(tmp_path, body))
    assert done.returncode == 2, said(done)
    assert "stage s needs the secret TOKEN, which is nowhere" in said(done)
    assert "Traceback" not in said(done)
    assert "noise" not in said(done)


def test_one_that_is_nowhere_is_said_before_anything_starts(project: Repo) -> None:
    project.config(
        STAGE.replace('["s"]', '["t", "s"]').replace('"TOKEN"', '"TOKEN", "PIN"')
        + "run='true'\n[stages.t]\nrun='echo >> ../ran'"
    )
    done = project.gofigure("run")
    assert done.returncode == 2
    assert "stage s needs the secret TOKEN, which is nowhere: not in the variable TOKEN" in said(done)
    assert "stage s needs the secret PIN" in said(done)
    assert "read -rs TOKEN && export TOKEN" in said(done)
    assert not (project.root.parent / "ran").exists()
    assert project.json("history")["runs"] == []


def test_in_a_hook(project: Repo) -> None:
    project.config(STAGE.replace("[jobs.j]", "[jobs.j]\non = ['pre-commit']") + "run = 'echo \"$TOKEN\"; exit 1'")
    assert project.gofigure("install-hooks").returncode == 0
    project.git("add", "-A")
    without = project.try_git("commit", "-qm", "one")
    assert without.returncode == 1
    assert "needs the secret TOKEN" in said(without)
    done = project.try_git("commit", "-qm", "one", env={"TOKEN": VALUE})
    assert done.returncode == 1
    assert "| ***" in said(done)
    assert hidden(done)


def test_too_short_to_be_hidden(project: Repo) -> None:
    project.config(STAGE + "run = 'echo 1 $TOKEN'")
    done = project.gofigure("run", env={"TOKEN": "1"})
    assert done.returncode == 0
    assert "note: the secret TOKEN is too short to be hidden in logs" in said(done)


def test_many_lines(project: Repo) -> None:
    key = "-----BEGIN KEY-----\n" + "".join(f"{number:064x}\n" for number in range(20)) + "-----END KEY-----\n"
    project.config(STAGE + 'run = \'echo "$TOKEN" | tee ../seen; echo "$TOKEN" | base64; echo "$TOKEN" | tail -2\'')
    done = project.gofigure("run", env={"TOKEN": key})
    assert done.returncode == 0, said(done)
    [log] = (project.root / ".git/gofigure").rglob("s.log")
    assert set(log.read_bytes().split(b"\n")) == {b"***", b"***Cg==", b""}  # echo's own line end


def test_a_bug_report_holds_no_value(project: Repo, tmp_path: Path) -> None:
    """Whatever fails with the values at hand."""
    (tmp_path / "reports").mkdir()
    program = (
        "import sys\nimport gofigure.runner.loop as loop\n"
        "def fail(*args, **more): raise TypeError('a mistake with %r' % (args[-1] if args else more,))\n"
        "import gofigure.runner.secrets as secrets\n"
        "secrets.Secrets.of = lambda self, stage: fail(self)\n"
        "sys.argv = ['gofigure', 'run']\nfrom gofigure.cli import main\nmain()"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.root,
        env={**project.env, "TOKEN": VALUE, "TMPDIR": str(tmp_path / "reports"), "PYTHONPATH": sys.path[0]},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3, said(done)
    assert "a mistake with Secrets(TOKEN)" in said(done)
    assert hidden(done)
    [report] = (tmp_path / "reports").glob("gofigure-bug-*")
    assert not any(form in report.read_bytes() for form in forms(VALUE))


def test_forms_used_here_are_the_real_ones() -> None:
    for form in (base64.b64encode(VALUE.encode())[:-4], urllib.parse.quote(VALUE, safe="").encode()):
        assert any(form[:20] in known for known in forms(VALUE))


def test_what_escapes_have_taken_apart_is_hidden_once_they_are_gone(project: Repo) -> None:
    """`grep --color` writes the value in two pieces; without the colours it is whole again."""
    half = len(VALUE) // 2
    project.write("said", f"error: {VALUE[:half]}\x1b[31m{VALUE[half:]}\x1b[0m\n")
    project.config("[jobs.j]\nstages = ['s']\n[stages.s]\nsecrets = ['TOKEN']\nrun = 'cat said; exit 1'\n")
    project.gofigure("allow")
    done = project.gofigure("run", env={"TOKEN": VALUE})
    assert done.returncode == 1
    assert "error: ***" in said(done)
    assert VALUE not in said(done) + project.gofigure("history", "--json").stdout.decode()


def test_a_stage_that_is_left_out_needs_no_secret(project: Repo) -> None:
    project.config("[jobs.j]\nstages = ['s']\n[stages.s]\nsecrets = ['NOWHERE']\nrun = 'true'\n")
    project.gofigure("allow")
    assert project.gofigure("run").returncode == 2
    assert project.gofigure("run", env={"SKIP": "s"}).returncode == 0
