"""What in an environment leads back into the working tree, as build backends and npm write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.workspace.leads_back import Back, ways_back

# As pip has it written by each backend; ROOT stands for the project.
EDITABLE = {
    "setuptools, src layout": ({"__editable__.mine-1.0.pth": "ROOT/src\n"}, "src", True),
    "setuptools, flat layout": (
        {
            "__editable__.mine-1.0.pth": "import __editable___mine_1_0_finder; __editable___mine_1_0_finder.install()",
            "__editable___mine_1_0_finder.py": (
                "from __future__ import annotations\nimport sys\n"
                "MAPPING: dict[str, str] = {'mine': 'ROOT/mine'}\nINIT = '/__init__.py'\n"
                "def install():\n    sys.meta_path.append(_EditableFinder)\n"
            ),
        },
        ".",
        True,
    ),
    "setuptools, one module": (
        {
            "__editable__.mine-1.0.pth": "import __editable___mine_1_0_finder; __editable___mine_1_0_finder.install()",
            "__editable___mine_1_0_finder.py": "MAPPING: dict[str, str] = {'mine': 'ROOT/src/mine.py'}\n",
        },
        "src",
        True,
    ),
    "hatchling": ({"_mine.pth": "ROOT/src"}, "src", True),
    "hatchling, force-included": (
        {
            "_editable_impl_mine.pth": "import _editable_impl_mine",
            "_editable_impl_mine.py": (
                "from editables.redirector import RedirectingFinder as F\n"
                "F.install()\nF.map_module('mine', 'ROOT/src/mine/__init__.py')\n"
            ),
        },
        "src",
        True,
    ),
    "scikit-build-core": (
        {
            "_mine_editable.pth": "import _mine_editable\n",
            "_mine_editable.py": "sys.meta_path.insert(0, F())\ninstall({'mine': 'ROOT/src/mine/__init__.py'}, {})\n",
        },
        "src",
        False,  # it comes before PYTHONPATH
    ),
    "setup.py develop": ({"easy-install.pth": "# by hand\n\nROOT/src\n", "mine.egg-link": "ROOT/src\n.."}, "src", True),
    "relative": ({"mine.pth": "../../../../src\n"}, "src", True),
    "a name with a quote in it": ({"mine.pth": "import f", "f.py": 'M = {"mine": "ROOT/it\'s/mine"}'}, "it's", True),
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    for name in ("src/mine", "mine", "it's/mine", ".venv/lib/python3.11/site-packages", "node_modules"):
        (made / name).mkdir(parents=True)
    (made / "src/mine.py").touch()
    (made / "src/mine/__init__.py").touch()
    (made / ".venv/pyvenv.cfg").touch()
    return made


def _install(root: Path, packages: Path, files: dict[str, str]) -> None:
    packages.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (packages / name).write_text(text.replace("ROOT", str(root)))


@pytest.mark.parametrize(("files", "leads_to", "python"), EDITABLE.values(), ids=EDITABLE.keys())
def test_an_editable_install_in_a_shared_environment(
    root: Path, files: dict[str, str], leads_to: str, python: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "src")
    packages = root / ".venv/lib/python3.11/site-packages"
    _install(root, packages, {**files, "distutils-precedence.pth": "import os; var = 'X'", "gone.pth": "ROOT/gone\n"})
    _install(root, packages, {"its-own.pth": "inside\n", "away.pth": "/usr\n"})
    (packages / "inside").mkdir()
    assert ways_back(str(root), [".venv"], {}) == [Back(".venv", leads_to, python)]
    assert ways_back(str(root), [], {}) == [], "neither shared nor in use"


@pytest.mark.parametrize(
    ("packages", "variables"),
    [
        ("env/lib/python3.12/site-packages", {"VIRTUAL_ENV": "TMP/env"}),
        ("env/lib/python3.12/site-packages", {"PATH": "/nowhere:TMP/env/bin:/bin:/usr/bin"}),
        ("local/lib/python3.12/dist-packages", {"PATH": "TMP/local/bin"}),
        ("home/.local/lib/python3.12/site-packages", {"HOME": "TMP/home"}),
        ("base/lib64/python3.12/site-packages", {"PYTHONUSERBASE": "TMP/base"}),
    ],
)
def test_an_environment_that_is_in_use(root: Path, tmp_path: Path, packages: str, variables: dict[str, str]) -> None:
    _install(root, tmp_path / packages, {"__editable__.mine-1.0.pth": "ROOT/src\n"})
    environ = {name: value.replace("TMP", str(tmp_path)) for name, value in variables.items()}
    (way,) = ways_back(str(root), [], environ)
    assert way == Back(str(tmp_path / packages.split("/lib", maxsplit=1)[0]), "src", python=True)


def test_an_environment_in_the_working_tree_is_no_way_back_by_itself(root: Path) -> None:
    packages = root / ".venv/lib/python3.11/site-packages"
    _install(root, packages, {"a.pth": "inside\n"})
    (packages / "inside").mkdir()
    assert ways_back(str(root), [], {"PATH": str(root / ".venv/bin")}) == []
    _install(root, packages, {"b.pth": "ROOT/src\n"})
    assert ways_back(str(root), [], {"PATH": str(root / ".venv/bin")}) == [Back(".venv", "src", python=True)]


def test_packages_of_the_same_workspace_in_node_modules(root: Path, tmp_path: Path) -> None:
    (root / "packages/one").mkdir(parents=True)
    (root / "packages/two").mkdir()
    (tmp_path / "elsewhere").mkdir()
    modules = root / "node_modules"
    (modules / "@scope").mkdir()
    (modules / "left-pad").mkdir()
    (modules / ".store").mkdir()
    (modules / "one").symlink_to("../packages/one")
    (modules / "@scope/two").symlink_to("../../packages/two")
    (modules / "away").symlink_to(tmp_path / "elsewhere")
    (modules / "kept").symlink_to(".store")
    (modules / "gone").symlink_to("../packages/gone")
    (modules / ".bin").mkdir()
    (modules / ".bin/one").symlink_to("../one/cli.js")
    assert ways_back(str(root), ["node_modules"], {}) == []  # in a checkout they mean the checkout's
    for place, leads in (("one", "one"), ("@scope/two", "two")):  # as `npm link` has it
        (modules / place).unlink()
        (modules / place).symlink_to(root / "packages" / leads)
    found = ways_back(str(root), ["node_modules"], {})
    assert sorted(found) == [Back("node_modules", f"packages/{name}", python=False) for name in ("one", "two")]
    modules.rename(root / "cache")
    modules.symlink_to("cache")
    (modules / "one").unlink()
    (modules / "one").symlink_to("../packages/one")
    assert Back("node_modules", "packages/one", python=False) in ways_back(str(root), ["node_modules"], {})


def test_what_cannot_be_read_is_no_error(root: Path) -> None:
    packages = root / ".venv/lib/python3.11/site-packages"
    (packages / "folder.pth").mkdir()
    (packages / "dangling.pth").symlink_to("nowhere")
    (packages / "binary.pth").write_bytes(b"\xff\xfe\0\n")
    (root / "node_modules").rmdir()
    assert ways_back(str(root), [".venv", "node_modules"], {"VIRTUAL_ENV": "/nowhere", "PATH": ":"}) == []
