"""What a container is given: nothing but the project, names of variables, and the user who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.engine.address import Address
from gofigure.engine.talk import Answer
from gofigure.recipes import container
from gofigure.recipes.container import options
from gofigure.recipes.order import Order

ADDRESS = Address("unix:///run/none.sock")


@pytest.fixture(autouse=True)
def _root(monkeypatch: pytest.MonkeyPatch) -> None:
    _engine(monkeypatch, b"{}")
    monkeypatch.setattr("os.getuid", lambda: 1000)
    monkeypatch.setattr("os.getgid", lambda: 100)


def _engine(monkeypatch: pytest.MonkeyPatch, info: bytes) -> None:
    monkeypatch.setattr(container, "ask", lambda *_args, **_more: Answer(200, info))


def given(root: Path, monkeypatch: pytest.MonkeyPatch, *, address: Address = ADDRESS, **more: object) -> str:
    order = Order("unit", str(root), f"{root}/.git/gofigure", "/made", "abc:7", "manual", "00", {})
    spec = {"image": "i", "id": "", "socket": False, "env": [], "folders": [str(root)], **more}
    monkeypatch.chdir(root)
    return " ".join(options(spec, order, address))


def test_the_project_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(tmp_path, monkeypatch) == (
        f"--rm --interactive --workdir {tmp_path} --user 1000:100 --env HOME=/tmp"
        " --label gofigure.project=abc --label gofigure.stage=unit --label gofigure.run=abc:7"
        f" --mount type=bind,source={tmp_path},target={tmp_path}"
    )


def test_variables_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    words = given(tmp_path, monkeypatch, env=["TOKEN", "ABSENT"])
    assert "--env TOKEN" in words
    assert "s3cret" not in words
    assert "ABSENT" not in words


def test_folders_below_others_are_not_mounted_twice_and_commas_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a,b/.git/gofigure/checkouts/1").mkdir(parents=True)
    (tmp_path / "bare/objects").mkdir(parents=True)
    root = tmp_path / "a,b"
    words = given(root, monkeypatch, folders=[str(root), f"{root}/.git/gofigure/checkouts/1"])
    assert words.count("--mount") == 1
    assert f'--mount type=bind,"source={root}","target={root}"' in words


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("unix:///run/user/1000/docker.sock", "--user 0:0 --label"),
        ("unix:///run/user/1000/podman/podman.sock", "--user 1000:100 --userns keep-id"),
    ],
)
def test_a_rootless_engine_takes_root_for_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, expected: str
) -> None:
    _engine(monkeypatch, b'{"SecurityOptions": ["name=seccomp", "name=rootless"]}')
    assert expected in given(tmp_path, monkeypatch, address=Address(host))
