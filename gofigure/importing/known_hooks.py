"""Hooks of known repositories, by their ids: what their manifests say, which cannot be read without the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Known(NamedTuple):
    """What is known of a hook."""

    fixes: bool = False  # it changes files, whatever its arguments
    of_messages: bool = False
    types: tuple[str, ...] = ()  # what it looks at; pre-commit looks again, so more than it wants does no harm


_PYTHON = ("python", "pyi", "cython")
_FIXERS = (
    "trailing-whitespace end-of-file-fixer mixed-line-ending fix-byte-order-marker double-quote-string-fixer"
    " requirements-txt-fixer sort-simple-yaml file-contents-sorter fix-encoding-pragma black black-jupyter isort"
    " ruff-format pyupgrade reorder-python-imports autopep8 yapf docformatter add-trailing-comma setup-cfg-fmt"
    " pyproject-fmt tox-ini-fmt yesqa blacken-docs nbstripout mdformat prettier clang-format gofmt go-fmt goimports fmt"
    " cargo-fmt rustfmt terraform_fmt shfmt stylua taplo-format biome-format biome-check typos absolufy-imports nixfmt"
    " alejandra dotnet-format"
)
_OF_MESSAGES = "commitlint conventional-pre-commit gitlint commitizen gitlint-ci commit-msg"
_TYPES = {
    "ruff ruff-check ruff-format black black-jupyter": ("python", "pyi", "jupyter", "markdown"),
    "isort flake8 mypy pyupgrade pylint bandit autoflake pydocstyle debug-statements check-ast check-docstring-first"
    " name-tests-test": _PYTHON,
    "check-yaml yamllint sort-simple-yaml": ("yaml",),
    "check-json pretty-format-json": ("json",),
    "check-toml": ("toml",),
    "check-xml": ("xml",),
    "shellcheck": ("shell",),
    "markdownlint": ("markdown", "mdx"),
}
_OF = {name: types for names, types in _TYPES.items() for name in names.split()}
_KNOWN: Mapping[str, Known] = {
    name: Known(name in _FIXERS.split(), name in _OF_MESSAGES.split(), _OF.get(name, ()))
    for name in dict.fromkeys((*_FIXERS.split(), *_OF_MESSAGES.split(), *_OF))
}


def known(hook: str) -> Known:
    """What is known of a hook by its id: mostly nothing."""
    return _KNOWN.get(hook, Known())
