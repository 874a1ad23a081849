"""The table of keys as a JSON Schema, for editors that complete and check `.gofigure.toml` while it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from gofigure.config import checkout_keys, checks, image_checks
from gofigure.config.deploys import EVERYBODYS, NOT_SET
from gofigure.config.kinds import Key, Kind
from gofigure.config.older_keys import JOB_KEYS, stage_keys
from gofigure.config.schema import tables
from gofigure.config.tables import NOT_WITH, TYPE_OF
from gofigure.git.address import REF

Json: TypeAlias = dict[str, Any]

IDENTIFIER = "urn:gofigure:configuration:1"

# No NUL anywhere and something that is not blank; no "/" at the start and no ".." between slashes.
_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"
_PATH = r"^(?!/)(?!(?:[^\x00]*/)?\.\.(?:/|$))[^\x00]+$"
_TOP = r"^!?//(?!/)(?!(?:[^\x00]*/)?\.\.(?:/|$))[^\x00]+$"
# What checks.name says of ASCII. Beyond it, \w is another set of letters in every language that reads schemas.
_NAME = r"^[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f][^\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]{0,99}$"
# Less than git.address asks for, which knows better.
_ADDRESS = r"^(?:(?:https?|ssh|git|file)://|/|\.\.?/|[^-/\s][^/\s]*:[^:])[^\x00-\x1f\x7f]*$"
_FOLDER = r"^(?!(?:[^\x00]*/)?\.\.(?:/|$))(?!(?:\.?/)*\.?$)[^\x00]+$"
_DURATION = rf"^(?=.*[1-9])(?:{checks.DURATION.pattern})$"

# Globs of what is not read: less than everything, and first something to take away from.
_SOME: Json = {"type": "string", "allOf": [{"pattern": _PATH}, {"pattern": r"^(?!(?:\./*)*(?:\*\*(?:/\*\*?)?)?/*$)"}]}
_LEFT_OUT: Json = {"prefixItems": [{**_SOME, "pattern": "^[^!]"}], "items": _SOME}
_MAKES: Json = {"properties": {"files": False, "fix": {"const": False}}}

_NONE: Json = {"maxItems": 0}
_NO: Json = {"const": False}
# What a checkout has no use for (checkout_keys.checkout_rules).
_CHECKOUT: Json = {
    "properties": {
        **dict.fromkeys(("run", "source", "files", "checkout", "image"), False),
        **dict.fromkeys(("locations", "inputs", "outputs"), _NONE),
        **dict.fromkeys(("fix", "interactive"), _NO),
    }
}
_ONE_LOCATION: Json = {"properties": {"locations": {"maxItems": 1}}}

# One shape for each check, which knows better only where a schema has no words for it.
_SHAPES: Mapping[object, Callable[[Kind], Json]] = {
    checks.flag: lambda _kind: {"type": "boolean"},
    checks.version: lambda _kind: {"const": 1},
    checks.retries: lambda _kind: {"type": "integer", "minimum": 0, "maximum": checks.MAX_RETRIES},
    checks.seconds: lambda _kind: {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": checks.MAX_SECONDS},
            {"type": "string", "pattern": _DURATION},
        ]
    },
    checks.patience: lambda _kind: {
        "anyOf": [
            {"type": "boolean"},
            {"type": "number", "exclusiveMinimum": 0, "maximum": checks.MAX_SECONDS},
            {"type": "string", "pattern": _DURATION},
        ]
    },
    checks.namespace: lambda _kind: {"type": "string", "pattern": f"^{checks.NAMESPACE.pattern}$"},
    checks.moment: lambda _kind: {"type": "number", "minimum": 0, "maximum": checks.MAX_MOMENT},
    checks.raw_text: lambda _kind: {"type": "string", "pattern": r"^[^\x00]*$"},
    checks.text: lambda _kind: {"type": "string", "pattern": _TEXT},
    checks.choice: lambda kind: {"enum": list(kind.choices)},
    checks.env_name: lambda _kind: {"type": "string", "pattern": f"^{checks.ENV_NAME.pattern}$"},
    checks.pattern: lambda _kind: {"type": "string", "minLength": 1, "format": "regex"},
    checks.relative: lambda _kind: {"type": "string", "pattern": _PATH},
    checks.from_top: lambda _kind: {"type": "string", "anyOf": [{"pattern": _PATH}, {"pattern": _TOP}]},
    checkout_keys.address: lambda _kind: {"type": "string", "pattern": _ADDRESS},
    checkout_keys.ref: lambda _kind: {"type": "string", "pattern": f"^{REF.pattern}$"},
    checkout_keys.folder: lambda _kind: {"type": "string", "pattern": _FOLDER},
    checkout_keys.depth: lambda _kind: {"type": "integer", "minimum": 0, "maximum": checkout_keys.MOST_COMMITS},
    checkout_keys.modules: lambda kind: {
        "anyOf": [{"type": "boolean"}, {"type": "array", "items": _shape(kind.item), "uniqueItems": True}]
    },
    checkout_keys.poll: lambda _kind: {
        "anyOf": [
            {"type": "number", "minimum": checkout_keys.LEAST_POLL, "maximum": checks.MAX_SECONDS},
            {"type": "string", "pattern": _DURATION},
        ]
    },
    image_checks.image: lambda _kind: {"type": "string", "pattern": f"^{image_checks.IMAGE}$"},
    image_checks.name: lambda _kind: {"type": "string", "pattern": f"^{image_checks.NAME}$"},
    image_checks.tag: lambda _kind: {"type": "string", "pattern": f"^{image_checks.TAG}$"},
    image_checks.registry: lambda _kind: {"type": "string", "pattern": f"^{image_checks.REGISTRY}$"},
    checks.items: lambda kind: {"type": "array", "items": _shape(kind.item), "uniqueItems": True},
    checks.pairs: lambda kind: {
        "type": "object",
        "propertyNames": {"pattern": f"^{checks.ENV_NAME.pattern}$"},
        "additionalProperties": _shape(kind.item),
    },
}


def json_schema(targets: Sequence[str], *, local: bool = False) -> Json:
    """The schema (draft 2020-12) of the shared file, or of a personal one, in which nothing is required.

    What it cannot say is left to `gofigure validate`: that names resolve, orders have no cycle, expressions compile.
    """
    keys = tables(targets)
    below = {"jobs": keys.job, "stages": keys.stage}
    rules = {"jobs": _job_rules(local=local), "stages": _stage_rules(keys.stage, local=local)}
    properties: Json = {}
    for name, key in keys.top.items():
        if name not in below:
            properties[name] = _property(key)
            continue
        properties[name] = {
            "description": key.doc,
            "default": {},
            "type": "object",
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": _merged(_closed(_properties(below[name])), rules[name]),
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER + (":local" if local else ""),
        "title": ".gofigure.local.toml" if local else ".gofigure.toml",
        "description": "The personal layer over .gofigure.toml." if local else "What gofigure runs, and when.",
        **_closed(properties),
    }


def older_schema(kind: Literal["job", "stage"], targets: Sequence[str]) -> Json:
    """The schema of gofigure-JOB.json or of the stage files that it names."""
    keys = JOB_KEYS if kind == "job" else stage_keys(targets)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{IDENTIFIER}:older-{kind}",
        "title": "gofigure-JOB.json" if kind == "job" else "stage-NAME.json",
        "description": "A job in the older format." if kind == "job" else "A stage in the older format.",
        **_merged(
            _closed(_properties(keys)),
            {"required": ["jobStages"], "properties": {"jobStages": {"minItems": 1}}}
            if kind == "job"
            else {"required": ["stage"], "properties": {"stage": {"pattern": _NAME}}},
        ),
    }


def _closed(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _properties(keys: Mapping[str, Key]) -> Json:
    return {name: _property(key) for name, key in keys.items()}


def _property(key: Key) -> Json:
    default = {} if key.default is None else {"default": _plain(key)}
    return {"description": key.doc, **default, **_shape(key.kind)}


def _plain(key: Key) -> object:
    """A default as JSON has it."""
    if not isinstance(key.default, tuple):
        return key.default
    return dict(key.default) if key.kind.check is checks.pairs else list(key.default)  # type: ignore[arg-type]


def _shape(kind: Kind | None) -> Json:
    return {} if kind is None else _SHAPES[kind.check](kind)


def _merged(table: Json, rules: Json) -> Json:
    """A table's schema with rules between its keys, and with more said of some of them."""
    more = rules.pop("properties", {})
    properties = {name: {**said, **more.get(name, {})} for name, said in table["properties"].items()}
    for name in rules.get("required", ()):
        properties[name].pop("default", None)
    return {**table, "properties": properties, **rules}


def _job_rules(*, local: bool) -> Json:
    some: Json = {"properties": {"stages": {"minItems": 1}}}
    return some if local else {**some, "required": ["stages"]}


_NOTHING: Json = {
    "fix": {"const": False},
    "interactive": {"const": False},
    "outputs": {"maxItems": 0},
    "retries": {"const": 0},
}


def _stage_rules(keys: Mapping[str, Key], *, local: bool) -> Json:
    """The rules of `tables`: a shell stage has a line, and inputs are chosen in one way."""
    owned: Json = {name: _of_targets(key.targets, local=local) for name, key in keys.items() if key.targets}
    one_way: Json = {
        "properties": {"outputs": _LEFT_OUT, "ignore": _LEFT_OUT},
        "dependentSchemas": {
            "source": {"properties": {"files": False, "inputs": {"maxItems": 0}}},
            "outputs": {"anyOf": [{"properties": {"outputs": {"maxItems": 0}}}, _MAKES]},
            **owned,
            **_image_rules(owned, local=local),
        },
        "allOf": [_by(target, {"properties": {"type": {"const": kind}}}) for target, kind in TYPE_OF.items()],
    }
    one_way["allOf"].append(_by("checkout", _CHECKOUT))
    for target, names in NOT_WITH.items():
        one_way["allOf"].append(_by(target, {"properties": {name: _NOTHING[name] for name in names}}))
    one_way["allOf"].append(_by("docker", {"properties": {"inputs": {"maxItems": 0}}}))
    if local:
        return one_way
    one_way["allOf"].append(_by("checkout", {"required": ["url"]}))
    one_way["allOf"].append(_by("kubernetes", _deploy_rules()))
    by_shell = {"properties": {"target": {"const": "shell"}}}  # without the key, too: it is the default
    return {**one_way, "if": by_shell, "then": {"required": ["run"]}}


def _of_targets(targets: Sequence[str], *, local: bool) -> Json:
    """What a key of some targets asks for; in a personal layer the target may stand in the shared file."""
    said: Json = {"properties": {"target": {"enum": list(targets)}}}
    return said if local or "shell" in targets else {**said, "required": ["target"]}


def _by(target: str, rules: Json) -> Json:
    return {"if": {"properties": {"target": {"const": target}}, "required": ["target"]}, "then": rules}


def _deploy_rules() -> Json:
    """The rules of `deploys`."""
    renders = {"properties": {"manifests": {"enum": ["kustomize", "helm"]}}, "required": ["manifests"]}
    deletes = {"properties": {"reset": {"const": "all"}}, "required": ["reset"]}
    may_delete = {
        "properties": {
            "allow_delete_all": {"const": True},
            "namespace": {"not": {"pattern": f"^({EVERYBODYS.pattern})$"}},
        },
        "required": ["allow_delete_all"],
    }
    return {
        "required": ["context", "namespace"],
        "properties": {
            "run": False,
            "files": False,
            "env": {"propertyNames": {"not": {"enum": list(NOT_SET)}}},
        },
        "allOf": [
            {"if": renders, "then": {"properties": {"source": False}}},
            {"if": deletes, "then": may_delete},
        ],
    }


def _image_rules(owned: Json, *, local: bool) -> Json:
    """Those of image_checks.image_rules."""
    one_each = {"anyOf": [{"properties": {"name": {"pattern": r"\{location\}"}}}, _ONE_LOCATION]}
    rules: Json = {
        "image": {"properties": {"target": {"not": {"enum": list(image_checks.NEVER_IN_CONTAINERS)}}}},
        "name": {"allOf": [owned["name"], one_each]},
    }
    if not local:
        is_false = {"properties": {"docker_socket": {"const": False}}}
        rules["docker_socket"] = {"allOf": [owned["docker_socket"], {"anyOf": [is_false, {"required": ["image"]}]}]}
    return rules
