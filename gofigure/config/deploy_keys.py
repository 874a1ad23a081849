"""The keys of stages with the target kubernetes, as part of the schema table."""

from __future__ import annotations

from gofigure.config import checks
from gofigure.config.kinds import Key, Kind

_FLAG = Kind("true or false", checks.flag)
_TEXT = Kind("a text that is not empty", checks.text)
_KUBERNETES = ("kubernetes",)

DEPLOY_KEYS: tuple[Key, ...] = (
    Key(
        "stages.*",
        "context",
        _TEXT,
        None,
        "The kubectl context to deploy to, said on every call; local clusters, or what your own configuration allows.",
        _KUBERNETES,
    ),
    Key(
        "stages.*",
        "namespace",
        Kind("a namespace: lower-case letters, digits and -, 63 at most", checks.namespace),
        None,
        "The namespace to deploy to, said on every call.",
        _KUBERNETES,
    ),
    Key(
        "stages.*",
        "manifests",
        Kind("a kind of manifests", checks.choice, choices=("files", "kustomize", "helm")),
        "files",
        "What the locations hold: files (YAML that `source` matches), kustomize, or helm (a chart).",
        _KUBERNETES,
    ),
    Key(
        "stages.*",
        "reset",
        Kind("what to delete", checks.choice, choices=("none", "owned", "all")),
        "none",
        "What a deploy deletes: none; owned (what it once applied and does not any more); all (every deployment and "
        "service of the namespace).",
        _KUBERNETES,
    ),
    Key(
        "stages.*",
        "allow_delete_all",
        _FLAG,
        False,
        'Whether reset = "all" may delete what others have deployed; shown first, and only by hand.',
        _KUBERNETES,
    ),
    Key(
        "stages.*",
        "protected",
        _FLAG,
        False,
        "Whether the context's name must be typed for each deploy, which no hook, no watcher and no page can start.",
        _KUBERNETES,
    ),
    Key(
        "stages.*",
        "wait",
        Kind('true, false, or a time like "90s" or "5m"', checks.patience),
        120.0,
        "How long a deploy waits for what it has applied to be ready; false: not at all.",
        _KUBERNETES,
    ),
)
