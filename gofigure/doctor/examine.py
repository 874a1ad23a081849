"""All checks, in the order in which one depends on another. A new one is a function and a line here."""

from __future__ import annotations

from collections.abc import Iterator

from gofigure.doctor import (
    artifacts,
    bases,
    checkouts,
    clock,
    clusters,
    configuration,
    containers,
    filesystem,
    git,
    hooks,
    interpreter,
    leftovers,
    litter,
    order,
    programs,
    sources,
    store,
    trust,
)
from gofigure.doctor.finding import Check, Finding, Said, problem
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError

CHECKS: tuple[tuple[str, Check], ...] = (
    ("git", git.check_version),
    ("repository", git.check_repository),
    ("repository", git.check_index),
    ("git settings", git.check_settings),
    ("interpreter", interpreter.check_own),
    ("interpreter", interpreter.check_hooks_interpreter),
    ("configuration", configuration.check_configuration),
    ("configuration", configuration.check_local),
    ("permission", trust.check_permission),
    ("permission", trust.check_data_folder),
    ("permission", trust.check_hooks_data),
    ("hooks", hooks.check_folder),
    ("hooks", hooks.check_wanted),
    ("hooks", hooks.check_unwanted),
    ("hooks", hooks.check_kept),
    ("hooks", order.check_others),
    ("hooks", order.check_named),
    ("hooks", order.check_order),
    ("store", store.check_tracked),
    ("store", store.check_content),
    ("store", store.check_place),
    ("programs", programs.check_programs),
    ("programs", sources.check_sources),
    ("programs", clusters.check_clusters),
    ("images", containers.check_engine),
    ("images", containers.check_builder),
    ("images", bases.check_bases),
    ("clock", clock.check_file_times),
    ("clock", clock.check_future),
    ("file system", filesystem.check_kind),
    ("file system", filesystem.check_abilities),
    ("file system", filesystem.check_locks),
    ("file system", filesystem.check_space),
    ("working tree", litter.check_litter),
    ("private checkouts", checkouts.check_checkouts),
    ("outputs", artifacts.check_artifacts),
    ("leftovers", leftovers.check_leftovers),
)


def examine(scene: Scene) -> Iterator[Finding]:
    """What every check says of a scene."""
    for subject, check in CHECKS:
        for said in _answers(check, scene):
            yield Finding(subject, *said)


def _answers(check: Check, scene: Scene) -> Iterator[Said]:
    """A check that cannot be made is an answer, too: the others go on."""
    try:
        yield from check(scene)
    except GofigureError as error:
        yield problem(str(error), error.hint)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        yield problem(f"this could not be looked at: {error.strerror}{where}", "see what it says of the other things")
