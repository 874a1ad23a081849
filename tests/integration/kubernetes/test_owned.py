"""What `reset = "owned"` takes for its own: nothing that another project or a person has put there."""

from __future__ import annotations

from pathlib import Path

from support.kubernetes.cluster import Cluster
from support.kubernetes.manifests import config_map, configure, deployment
from support.repo import Repo

_OWNED = 'reset = "owned"'


def _run(project: Repo) -> str:
    done = project.gofigure("run")
    assert done.returncode == 0, done.stdout + done.stderr
    return project.gofigure("logs", "deploy").stdout.decode()


def test_what_two_projects_apply_is_deleted_by_neither(here: Repo, pretended: Cluster, tmp_path: Path) -> None:
    beta = Repo.create(tmp_path / "beta", here.env)
    for project in (here, beta):
        project.write("deploy/a.yml", config_map(project.root.name))
        project.write("deploy/shared.yml", config_map("shared"))
        configure(project, pretended, _OWNED)
    _run(here)
    assert "configmap/shared was there before, not by this stage" in _run(beta)
    (here.root / "deploy/shared.yml").unlink()
    assert "configmap/shared is no part of this any more: somebody has taken it over" in _run(here)
    assert "configmap/shared" in pretended.objects()
    _run(beta)  # it has its labels by now, which make nothing its own
    (beta.root / "deploy/shared.yml").unlink()
    _run(beta)
    assert set(pretended.objects()) == {f"configmap/{here.root.name}", "configmap/beta", "configmap/shared"}


def test_what_a_person_made_is_applied_and_stays(here: Repo, pretended: Cluster) -> None:
    pretended.put("other")
    here.write("deploy/a.yml", config_map("a"))
    here.write("deploy/b.yml", deployment("other"))
    configure(here, pretended, _OWNED)
    said = "deployment/other was there before, not by this stage: it is applied, and will not be deleted by it"
    assert said in _run(here)
    assert said in _run(here)
    (here.root / "deploy/b.yml").unlink()
    _run(here)
    assert set(pretended.objects()) == {"configmap/a", "deployment/other"}


def test_what_was_deleted_by_hand_is_made_anew_and_owned(here: Repo, pretended: Cluster) -> None:
    pretended.put("other")
    here.write("deploy/a.yml", config_map("a"))
    here.write("deploy/b.yml", deployment("other"))
    configure(here, pretended, _OWNED)
    _run(here)
    pretended.remove("deployment/other")
    assert "was there before" not in _run(here)
    assert "was there before" not in _run(here)
    (here.root / "deploy/b.yml").unlink()
    _run(here)
    assert set(pretended.objects()) == {"configmap/a"}
