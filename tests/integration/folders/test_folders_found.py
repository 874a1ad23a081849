"""Which folders have a configuration: in random trees it is what the rules say, however git keeps its index."""

from __future__ import annotations

import os
import random
import shutil

import pytest
from support.repo import Repo

from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.model import CONFIG_NAME
from gofigure.project import Asking, Project, is_configured, load_config, locate, read_config
from gofigure.snapshot import configurations

TEXT = "[stages.s]\nrun = 'true'\n"
STATES = (
    "tracked",
    "edited",
    "untracked",
    "ignored",
    "tracked and ignored",
    "deleted",
    "removed",
    "link",
    "repository",
)
IN_INDEX = ("tracked", "edited", "tracked and ignored", "deleted", "link")
STANDS = ("tracked", "edited", "untracked", "tracked and ignored")
WAYS = {
    "version 2": (),
    "version 4": ("update-index", "--index-version", "4"),
    "split": ("update-index", "--split-index"),
}


def project_of(repo: Repo) -> Project:
    environ = dict(repo.env)
    return locate(ask(str(repo.root), environ, GitVariables()), environ)


def found(repo: Repo, asking: Asking) -> set[str]:
    return {layer.folder for layer in read_config(project_of(repo), asking) if layer.folder}


def plant(repo: Repo, seed: int) -> dict[str, str]:
    """A tree of folders, each in some state: what was planted, by folder."""
    dice = random.Random(seed)
    names = ("a", "b", "c", "é", "d d")
    folders = {"/".join(dice.choices(names, k=dice.randint(1, 4))) for _ in range(14)}
    planted: dict[str, str] = {}
    for folder in sorted(folders):
        if any(f"{folder}/".startswith(f"{other}/") for other, state in planted.items() if state in STATES[3:]):
            continue  # what is below an ignored folder, a link or a repository is a part of that
        planted[folder] = dice.choice(STATES)
    for folder, state in planted.items():
        repo.write(f"{folder}/{CONFIG_NAME}", TEXT)
        repo.write(f"{folder}/.gofigure.tom", "")
        repo.write(f"{folder}/x{CONFIG_NAME}", "nonsense [")
        if state in (*IN_INDEX, "removed"):
            repo.git("add", "-f", f"{folder}/{CONFIG_NAME}")
    repo.config(TEXT)
    repo.git("commit", "-qm", "planted", "--allow-empty")
    return planted


def disturb(repo: Repo, planted: dict[str, str]) -> None:
    ignored = [f"/{folder}/\n" for folder, state in planted.items() if "ignored" in state]
    repo.write(".gitignore", "".join(ignored))
    for folder, state in planted.items():
        place = repo.root / folder
        match state:
            case "edited":
                (place / CONFIG_NAME).write_text(TEXT + "timeout = 5\n")
            case "deleted":
                (place / CONFIG_NAME).unlink()
            case "removed":
                repo.git("rm", "-q", f"{folder}/{CONFIG_NAME}")
            case "link":
                shutil.move(place, repo.root.parent / folder.replace("/", "-"))
                place.symlink_to(repo.root.parent / folder.replace("/", "-"))
            case "repository":
                Repo.create(place, repo.env).commit()
            case _:
                pass


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(5))
def test_what_is_found_is_what_the_rules_say(repo: Repo, seed: int, way: str) -> None:
    planted = plant(repo, seed)
    if WAYS[way]:
        repo.git(*WAYS[way])
    disturb(repo, planted)
    for _ in range(2):  # the second time, what git has listed is remembered
        stands = {folder for folder, state in planted.items() if state in STANDS}
        assert found(repo, Asking()) == stands
        assert found(repo, Asking(new=())) == {one for one in stands if planted[one] != "untracked"}
        recorded = {folder for folder, state in planted.items() if state in IN_INDEX}
        assert found(repo, Asking(of_index=True)) == recorded
        repo.gofigure("allow", "--yes")
    run = {one.partition(":")[0] for one in repo.json("config")["values"][-1:] and _stages(repo)}
    assert run == stands


def _stages(repo: Repo) -> set[str]:
    config = load_config(project_of(repo)).config
    return {name for name in config.stages if ":" in name}


def test_what_is_remembered_is_of_that_very_index(repo: Repo) -> None:
    repo.write(f"a/{CONFIG_NAME}", TEXT)
    repo.git("add", "-A")
    project = project_of(repo)
    assert project.repository is not None
    os.makedirs(os.path.join(project.repository.git_dir, "gofigure"), exist_ok=True)
    asked = configurations.Listing(project.repository, project.repository.index_file, CONFIG_NAME)
    repo.write(f"b/{CONFIG_NAME}", TEXT)
    repo.git("add", "-A")  # under way
    asked.folders()
    again = configurations.Listing(project.repository, project.repository.index_file, CONFIG_NAME)
    assert again.folders() == ["a", "b"]
    repo.git("rm", "-qrf", "a", "b")
    assert not is_configured(project)


def test_nothing_is_asked_of_git_where_no_folder_has_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.config(TEXT)
    repo.write("a/b", "")
    repo.git("add", "-A")
    project = project_of(repo)
    monkeypatch.setattr(configurations, "_start", None)
    assert load_config(project, Asking(new=())).config.folders == ()
