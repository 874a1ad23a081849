"""Command lines of other tools: their words, what they change, whose settings decide them."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from gofigure.importing.facts import Line, lines
from gofigure.importing.shell_lines import split_at_and
from gofigure.starter import Place

FILES = '"$@"'

# Lines of plain words that one of our targets starts as well, and tells more of: each test by its name.
_TARGETS = {
    "npm test": "npm_test",
    "pytest": "pytest",
    "go test ./...": "go_test",
    "cargo test": "cargo_test",
    "make": "make",
}
_PLAIN = re.compile(r"[\w@%+:,./= -]+", re.ASCII)

_NPM = r"|package\.json|package-lock\.json|yarn\.lock|pnpm-lock\.yaml"  # settings, and which plugins there are
# What each reads beside its files. A name stands for that file in any folder.
_SETTINGS = {
    "ruff": r"pyproject\.toml|\.?ruff\.toml",
    "black": r"pyproject\.toml",
    "isort": r"pyproject\.toml|\.isort\.cfg|setup\.cfg|tox\.ini",
    "flake8": r"\.flake8|setup\.cfg|tox\.ini",
    "mypy": r"pyproject\.toml|\.?mypy\.ini|setup\.cfg",
    "pylint": r"pyproject\.toml|\.?pylintrc|setup\.cfg",
    "eslint": r"\.eslintrc[^/]*|eslint\.config\.\w+|\.eslintignore|tsconfig[^/]*\.json" + _NPM,
    "prettier": r"\.prettierrc[^/]*|prettier\.config\.\w+|\.prettierignore|\.editorconfig" + _NPM,
    "stylelint": r"\.stylelintrc[^/]*|stylelint\.config\.\w+|\.stylelintignore" + _NPM,
    "biome": r"biome\.jsonc?" + _NPM,
    "rubocop": r"\.rubocop[^/]*\.ya?ml",
    "golangci-lint": r"\.golangci\.(?:ya?ml|toml|json)",
    "gofmt": "",
    "shellcheck": r"\.shellcheckrc",
    "yamllint": r"\.yamllint[^/]*",
    "markdownlint": r"\.markdownlint[^/]*",
    "clang-format": r"\.clang-format[^/]*",
}
# Of these, what is said of one file depends on the others.
_WHOLE = {
    "mypy": ("**/*.py", "**/*.pyi"),
    "pyright": ("**/*.py", "**/*.pyi"),
    "pylint": ("**/*.py",),
    "tsc": ("**/*.ts", "**/*.tsx"),
    "golangci-lint": ("**/*.go", "**/go.mod"),
}
_ANY_SETTINGS = "|".join(dict.fromkeys(pattern for pattern in _SETTINGS.values() if pattern)) + (
    r"|\w*\.config\.\w+|\.[\w-]*rc|rustfmt\.toml|commitlint\.config\.\w+"
)

_LOOKS = re.compile(r"(?<!\S)(?:--check|--check-only|--diff|--dry-run|--no-fix|--noEmit|-check|-l)(?!\S)")
_CHANGES = re.compile(
    r"(?<!\S)(?:--fix\S*|--write\S*|--autofix|--auto-?correct\S*|--in-place|--inplace|--apply|--update|--unsafe-fixes|-w|-i|-a|-A)"
    r"(?!\S)"
)
# Formatters: these change files unless they are told to look only.
_FORMATTERS = re.compile(
    r"(?:^|[\s/])(?:black|isort|ruff format|ruff-format|yapf|autopep8|docformatter|pyupgrade"
    r"|reorder-python-imports|add-trailing-comma"
    r"|go fmt|goimports|gofumpt|cargo fmt|rustfmt|terraform fmt|tofu fmt|stylua|mix format"
    r"|dart format|ktlint -F"
    r"|trailing-whitespace-fixer|end-of-file-fixer|mixed-line-ending|pretty-quick|nbstripout|mdformat|taplo fmt"
    r"|taplo format|ruff-fix|pyproject-fmt|setup-cfg-fmt|sort-package-json|svgo)(?=\s|$)"
)
_ONLY_LOOK = re.compile(
    r"(?:^|[\s/])(?:tsc|jest|vitest|mocha|pytest|mypy|flake8|pylint|pyright|bandit|shellcheck|hadolint|yamllint|cspell"
    r"|eslint|stylelint|markdownlint|markdownlint-cli2|golangci-lint|go vet|go test|cargo test|cargo clippy|ls-lint"
    r"|secretlint|gitleaks)(?=\s|$)"
)
_PREPARES = re.compile(
    r"^\s*(?:sudo\s+(?:-\w+\s+)*)?(?:apt(?:-get)?\s|apk\s+add|brew\s|choco\s|(?:python3?\s+-m\s+)?pip3?\s+install|pipx\s+install|uv\s+(?:sync|pip\s+install|venv)"
    r"|poetry\s+install|pdm\s+install|pipenv\s+install|(?:npm|pnpm|yarn|bun)\s+(?:ci|install|i)\b|yarn\s*$|corepack\s|bundle\s+install"
    r"|composer\s+install|go\s+mod\s+download|go\s+install\s|cargo\s+(?:install|fetch)\s|rustup\s|dotnet\s+restore|mix\s+deps\.get"
    r"|git\s+config\s)"
)

_PACKAGES = {"tsc": "typescript", "commitlint": "@commitlint/cli", "biome": "@biomejs/biome", "ng": "@angular/cli"}
_JOINS = re.compile(r"[;|&`]|<<|\$\(")


def words_of(line: str) -> list[str]:
    """As a shell splits it, without what a shell replaces; [] where quotes are not closed."""
    try:
        return shlex.split(line)
    except ValueError:
        return []


def joined(words: Iterable[str]) -> str:
    return shlex.join(words)


def how_to_run(line: str) -> tuple[Line, ...]:
    """What starts this line: a target of ours that does just that, or the shell."""
    for start, target in _TARGETS.items():
        more = line.removeprefix(start)
        if _PLAIN.fullmatch(line) and line.startswith(start) and more[:1] in ("", " "):
            more = more.strip()
            if target == "npm_test" and more:
                continue  # what stands behind it is npm's, or behind `--` the script's
            return lines(target=target, run=more)
    return lines(run=line)


def is_fixer(line: str) -> bool:
    """Whether a command is known to change the files that it is handed."""
    if _LOOKS.search(line):
        return False
    return bool(_CHANGES.search(line) or _FORMATTERS.search(line))


def only_looks(line: str) -> bool:
    """Whether a command is known to change nothing."""
    return bool(_LOOKS.search(line)) or bool(_ONLY_LOOK.search(line) and not _CHANGES.search(line))


def prepares(line: str) -> bool:
    """Whether a line installs something: no check, and nothing to do at each commit."""
    return _PREPARES.search(line) is not None


def only_prepares(script: str) -> bool:
    """Whether all that a script does is to install something, as far as its lines are plain."""
    lines = [line.strip() for line in script.replace("\\\n", " ").splitlines()]
    parts = [part for line in lines if line and not line.startswith("#") for part in split_at_and(line)]
    return bool(parts) and all(prepares(part) and not _JOINS.search(part) for part in parts)


def settings_for(place: Place, line: str, folder: str = "") -> tuple[str, ...]:
    """Globs of what is there and the result of every file may depend on: settings, and files that the line names.

    `folder`: where the line is started.
    """
    known = [_SETTINGS[name] for name in _SETTINGS if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line)]
    pattern = "|".join(one for one in known if one) if known else _ANY_SETTINGS
    others = [globs for name, globs in _WHOLE.items() if re.search(rf"(?:^|[\s/]){re.escape(name)}(?=\s|$)", line)]
    named = {posixpath.normpath(posixpath.join(folder, word)) for word in _with_modules(words_of(line))}
    found: dict[str, bool] = {path: True for path in place.files if path in named}
    if pattern:
        name_of = re.compile(rf"(?:^|.*/)({pattern})")
        for path in place.files:
            match = name_of.fullmatch(path)
            if match and path not in named:
                found[match[1]] = found.get(match[1], True) and match[1] == path
    names = {_as_glob(name) if at_root else f"**/{_as_glob(name)}" for name, at_root in found.items()}
    return tuple(sorted(names.union(*others)))


def _with_modules(words: Sequence[str]) -> Iterator[str]:
    """Words, and the files that a module after `-m` may be."""
    for before, word in zip(("", *words), words, strict=False):
        yield word
        if before == "-m":
            path = word.replace(".", "/")
            yield from (f"{path}.py", f"{path}/__main__.py", f"{path}/__init__.py")


def folders_of(place: Place, words: Iterable[str]) -> tuple[str, ...]:
    """Globs of what is below those of the words that are folders here: a package that is installed from there."""
    paths = (word.removeprefix("file:").partition("[")[0] for word in words if "/" in word or word == ".")
    folders = sorted({posixpath.normpath(path) for path in paths})
    there = [one for one in folders if any(path.startswith(f"{one}/") for path in place.files)]
    return ("**",) if "." in folders else tuple(f"{_as_glob(one)}/**" for one in there)


def _as_glob(path: str) -> str:
    return re.sub(r"([*?\[\\])", r"\\\1", path)


def from_modules(place: Place, words: Sequence[str]) -> list[str]:
    """The same words, with a program that npm has installed, or will, called by its place."""
    own, name = f"node_modules/.bin/{words[0]}", _PACKAGES.get(words[0], words[0])
    is_there = place.exists(own) or re.search(rf'"{re.escape(name)}"\s*:\s*"', place.read("package.json")) is not None
    return [own, *words[1:]] if "/" not in words[0] and is_there else list(words)
