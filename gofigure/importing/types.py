"""pre-commit's types of files as regular expressions over names.

pre-commit also knows files by their first line and by their mode; what only these tell is not here, and hooks that ask
for it are left to pre-commit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# What a name's ending says; beside it stand whole names.
_ENDINGS: dict[str, str] = {
    "batch": "bat cmd", "bats": "bats", "bazel": "bazel bzl", "c": "c h", "c#": "cs",
    "c++": "cc cpp cxx C hh hpp hxx h H", "clojure": "clj cljs cljc", "cmake": "cmake", "css": "css", "csv": "csv",
    "cuda": "cu cuh", "cython": "pyx pxd pxi", "dart": "dart", "diff": "diff patch", "elixir": "ex exs", "elm": "elm",
    "erlang": "erl hrl", "fish": "fish", "fortran": "f f90 f95 f03 f08", "go": "go", "go-mod": "",
    "graphql": "graphql gql", "groovy": "groovy gradle", "haskell": "hs", "hcl": "hcl", "header": "h hh hpp hxx H",
    "html": "html htm", "ini": "ini cfg", "java": "java", "javascript": "js mjs cjs", "jinja": "j2 jinja jinja2",
    "json": "json ipynb geojson webmanifest", "json5": "json5", "jsonnet": "jsonnet libsonnet", "jsx": "jsx",
    "julia": "jl", "jupyter": "ipynb", "kotlin": "kt kts", "less": "less", "lua": "lua", "makefile": "mk mak",
    "markdown": "md markdown", "mdx": "mdx", "nim": "nim", "nix": "nix", "objective-c": "m", "ocaml": "ml mli",
    "pem": "pem crt", "perl": "pl pm t", "php": "php phtml", "plain-text": "txt", "powershell": "ps1 psm1 psd1",
    "prisma": "prisma", "properties": "properties", "proto": "proto", "pyi": "pyi", "python": "py pyi pyw pyx",
    "r": "r R", "rst": "rst", "ruby": "rb gemspec rake ru", "rust": "rs", "sass": "sass", "scala": "scala sbt",
    "scss": "scss", "solidity": "sol", "sql": "sql", "starlark": "bzl star", "svelte": "svelte", "svg": "svg",
    "swift": "swift", "terraform": "tf tfvars", "tex": "tex sty cls", "toml": "toml", "ts": "ts mts cts",
    "tsv": "tsv", "tsx": "tsx", "vue": "vue", "xml": "xml xsd xsl xslt svg rss", "yaml": "yaml yml", "zig": "zig",
    "zsh": "zsh", "shell": "sh bash zsh ksh dash bats", "bash": "bash", "sh": "sh",
}  # fmt: skip
_NAMES: dict[str, str] = {
    "dockerfile": r"(?:Dockerfile|Containerfile)(?:\.[^/]*)?|[^/]*\.(?:dockerfile|Dockerfile)",
    "makefile": r"(?:GNUm|m|M)akefile|[^/]*\.mk",
    "cmake": r"CMakeLists\.txt|[^/]*\.cmake",
    "go-mod": r"go\.mod",
    "ruby": r"(?:Gemfile|Rakefile)|[^/]*\.(?:rb|gemspec|rake|ru)",
    "toml": r"(?:Cargo\.lock|poetry\.lock|Pipfile|uv\.lock)|[^/]*\.toml",
    "json": r"(?:\.babelrc|\.jshintrc|\.prettierrc|Pipfile\.lock|composer\.lock)|[^/]*\.(?:json|ipynb|geojson)",
    "yaml": r"(?:\.clang-format|\.clang-tidy|\.prettierrc)|[^/]*\.ya?ml",
    "ini": r"(?:\.flake8|\.coveragerc|\.pylintrc|\.gitconfig)|[^/]*\.(?:ini|cfg)",
}
_ALL = ("file", "text", "non-executable")  # `text` and the mode are told by content
_BINARY = (
    "png jpe?g gif ico webp bmp tiff? pdf zip gz bz2 xz zst 7z tar tgz jar war class so dylib dll exe o a pyc whl"
    " woff2? ttf otf eot mp[34] mov avi wav ogg sqlite db bin"
)
# Languages whose scripts are mostly known by their first line.
BY_FIRST_LINE = frozenset(("python", "shell", "bash", "sh", "zsh", "ruby", "perl", "javascript", "php"))


def pattern_of(tag: str) -> str | None:
    """What is searched in a path; "" where any name will do; None where names do not tell."""
    if tag in ("file", "non-executable"):
        return ""
    if tag == "text":
        return rf"^(?!(?s:.*)\.(?:{'|'.join(_BINARY.split())})$)"
    if tag in _NAMES:
        return f"(?:^|/)(?:{_NAMES[tag]})$"
    endings = _ENDINGS.get(tag, "").split()
    if not endings:
        return None
    return rf"\.{endings[0]}$" if len(endings) == 1 else rf"\.(?:{'|'.join(map(re.escape, endings))})$"


def any_of(tags: Sequence[str]) -> str | None:
    """What has one of these; None where one of them is not told by names."""
    found = [pattern_of(tag) for tag in tags]
    if any(one is None for one in found):
        return None
    return "" if "" in found else "|".join(dict.fromkeys(one for one in found if one))
