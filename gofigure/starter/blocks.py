"""What a new job, or a new stage of each target, begins with: a few lines that say what may be said."""

from __future__ import annotations

from collections.abc import Mapping

_JOB = """\
[jobs.{key}]
on = ["pre-commit"]                 # git hooks; "change": gofigure watch; none: only by hand
stages = [{stages}]
# strict_dependency = true          # in the order of the list, and stop at the first failure
"""

_STAGES: Mapping[str, str] = {
    "cargo_test": """\
target = "cargo_test"
# locations = ["crates/api"]        # folders; left out: this one
# run = "--workspace"               # further arguments of cargo test
timeout = "10m"
""",
    "checkout": """\
target = "checkout"
url = "https://example.com/lib.git" # https, ssh, HOST:PATH, git:// or a path; no password in it
# ref = "main"                      # a branch, a tag or a full commit id; left out: the remote's HEAD
# poll = "5m"                       # how often gofigure watch asks for new commits
""",
    "docker": """\
target = "docker"                   # builds an image, tagged by its content
# locations = ["services/api"]      # one image of each; left out: of this folder
# source = "Dockerfile"             # the Dockerfile, below the location
# name = "shop/{location}"          # left out: {project}/{location}
# load = "auto"                     # given to a local cluster: minikube, kind, k3d
""",
    "go_test": """\
target = "go_test"
# locations = ["cmd/api"]           # folders; left out: this one
# run = "-race"                     # further arguments of go test
timeout = "10m"
""",
    "kubernetes": """\
target = "kubernetes"               # applies manifests, each time that its job runs
context = "minikube"                # said on every call; local clusters, or what your own configuration allows
namespace = "dev"
locations = ["deploy"]
# source = '\\.ya?ml$'               # which files below the locations
# needs = ["image"]                 # images that these stages have built get their tags put in
# reset = "owned"                   # delete what it applied once and does not any more
""",
    "make": """\
target = "make"
run = "test"                        # what make is asked for
# locations = ["services/api"]      # folders with a Makefile; left out: this one
timeout = "10m"
""",
    "npm_test": """\
target = "npm_test"
# locations = ["web"]               # folders with a package.json; left out: this one
timeout = "10m"
""",
    "pre-commit": """\
target = "pre-commit"               # the hooks of .pre-commit-config.yaml, by prek or pre-commit
# run = "ruff-check"                # one hook's id; left out: all of them
files = '.'                         # those that are not proven yet; left out: --all-files
# fix = true                        # what its hooks mend goes into the commit
timeout = "10m"
""",
    "pytest": """\
target = "pytest"
# locations = ["services/api"]      # folders; left out: this one
# source = '.*test.*\\.py'           # a file in each location must match
# run = "-q"                        # further arguments of pytest
timeout = "10m"
""",
    "shell": """\
run = "true"                        # a shell line; changed files arrive as "$@"
# files = '\\.py$'                   # only the files that have no proof are handed over
# inputs = ["src/**"]               # globs of what it reads; left out, with files and source: all
# tools = ["ruff"]                  # when one of these programs changes, it runs again
""",
}


def job_block(key: str, stages: tuple[str, ...]) -> str:
    """The lines of a job. `key`, `stages`: as TOML has them."""
    return _JOB.format(key=key, stages=", ".join(stages))


def stage_block(key: str, target: str) -> str:
    """The lines of a stage."""
    return f"[stages.{key}]\n{_STAGES[target]}"


def known_targets() -> tuple[str, ...]:
    return tuple(_STAGES)
