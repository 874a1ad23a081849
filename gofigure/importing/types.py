"""pre-commit's types of files as regular expressions over names.

pre-commit also knows files by their first line and by their mode; what only these tell is not here, and hooks that ask
for it are left to pre-commit.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from gofigure.starter import Place

# What a name's ending says; beside it stand whole names.
_ENDINGS: dict[str, str] = {
    "asciidoc": "adoc asciidoc", "astro": "astro", "batch": "bat cmd", "bats": "bats", "bazel": "bazel bzl",
    "c": "c h", "c#": "cs csx", "c++": "cc cpp cxx C hh hpp hxx h H c++ ipp inl ino ixx tpp mm cppm",
    "clojure": "clj cljs cljc edn", "cmake": "cmake", "coffee": "coffee", "css": "css", "csv": "csv",
    "cuda": "cu cuh", "cython": "pyx pxd pxi", "dart": "dart", "diff": "diff patch", "ejs": "ejs",
    "elixir": "ex exs", "elm": "elm", "erb": "erb", "erlang": "erl hrl escript", "fish": "fish",
    "fortran": "f f90 f95 f03 f08", "gif": "gif", "go": "go", "go-mod": "", "graphql": "graphql gql",
    "groovy": "groovy gradle jenkins", "haskell": "hs", "hcl": "hcl", "header": "h hh hpp hxx H",
    "html": "html htm xhtml", "ini": "ini lektorproject", "java": "java", "java-properties": "properties",
    "javascript": "js mjs cjs", "jinja": "j2 jinja jinja2", "jpeg": "jpg jpeg",
    "json": "json ipynb geojson webmanifest jsonld ejson", "json5": "json5", "jsonnet": "jsonnet libsonnet",
    "jsx": "jsx", "julia": "jl", "jupyter": "ipynb", "kotlin": "kt kts", "less": "less", "lua": "lua",
    "makefile": "mk mak make", "markdown": "md markdown", "mdx": "mdx", "meson": "", "mustache": "mustache",
    "nim": "nim nims", "nix": "nix", "objective-c": "m", "ocaml": "ml mli", "pdf": "pdf", "pem": "pem crt key",
    "perl": "pl pm t", "php": "php phtml php4 php5", "plain-text": "txt", "png": "png", "pofile": "po",
    "powershell": "ps1 psm1 psd1", "prisma": "prisma", "proto": "proto", "pug": "pug", "pyi": "pyi",
    "python": "py pyw pyt wsgi gyp gypi tac", "r": "r R", "rst": "rst", "ruby": "rb gemspec rake ru jbuilder",
    "rust": "rs", "sass": "sass", "scala": "scala sbt sc", "scss": "scss", "shell": "sh bash zsh ksh dash bats csh",
    "solidity": "sol", "sql": "sql", "svelte": "svelte", "svg": "svg", "swift": "swift", "system-verilog": "sv svh",
    "terraform": "tf tfvars", "tex": "tex sty cls", "thrift": "thrift", "toml": "toml", "ts": "ts mts cts",
    "tsv": "tsv", "tsx": "tsx", "twig": "twig", "verilog": "v vh", "vhdl": "vhd vhdl", "vim": "vim", "vue": "vue",
    "xml": "xml xsd xsl xslt svg rss xhtml csproj fsproj vbproj vcxproj props targets resx xaml wsdl pom rng "
    "xliff xlf gpx kml wxs wxi wxl urdf xacro zcml slnx",
    "yaml": "yaml yml eyaml yamlld", "zig": "zig",
}  # fmt: skip
_NAMES: dict[str, str] = {
    "dockerfile": r"(?:Dockerfile|Containerfile)(?:\.[^/]*)?|[^/]*\.(?:dockerfile|Dockerfile)",
    "makefile": r"(?:GNUm|m|M)akefile|[^/]*\.mk",
    "cmake": r"CMakeLists\.txt|[^/]*\.cmake",
    "go-mod": r"go\.mod",
    "ruby": r"(?:Gemfile|Rakefile|Vagrantfile|Brewfile|Fastfile)"
    r"|[^/]*\.(?:rb|gemspec|rake|ru|jbuilder)",
    "bazel": r"(?:BUILD|WORKSPACE)(?:\.bazel)?|[^/]*\.(?:bazel|bzl)",
    "erlang": r"rebar\.config|sys\.config(?:\.src)?|[^/]*\.(?:erl|hrl|escript)",
    "groovy": r"(?i:Jenkinsfile)(?:\.[^/]*)?|[^/]*\.(?:groovy|gradle|jenkins)",
    "meson": r"meson\.build|meson_options\.txt",
    "plain-text": r"(?:README|NEWS|AUTHORS|NOTICE|COPYING|CHANGELOG|MAINTAINERS|CONTRIBUTING|LICENSE)|[^/]*\.txt",
    "python": r"(?:wscript|\.pdbrc|SConstruct|SConscript)|[^/]*\.(?:py|pyw|pyt|wsgi|gyp|gypi|tac)",
    "shell": r"(?:PKGBUILD|direnvrc|\.envrc|\.profile|\.(?:bash|zsh|csh)(?:rc|_profile|_aliases))"
    r"|\.z(?:profile|shenv|login|logout)|[^/]*\.(?:sh|bash|zsh|ksh|dash|csh|bats)",
    "toml": r"(?:Cargo\.lock|poetry\.lock|Pipfile|uv\.lock)|[^/]*\.toml",
    "json": r"(?:\.babelrc|\.jshintrc|\.prettierrc|\.bowerrc|\.csslintrc|Pipfile\.lock|composer\.lock)"
    r"|[^/]*\.(?:json|jsonld|ejson|ipynb|geojson|topojson|webmanifest)",
    "yaml": r"\.(?:clang-format|clang-tidy|prettierrc|ansible-lint|salt-lint|yamllint)"
    r"|[^/]*\.(?:e?ya?ml|yamlld)",
    "ini": r"(?:pylintrc|setup\.cfg|\.(?:flake8|coveragerc|pylintrc|gitconfig|hgrc|pypirc|gitlint|sqlfluff"
    r"|codespellrc))"
    r"|\.(?:isort|rstcheck)\.cfg|[^/]*\.(?:ini|lektorproject|txsprofile)",
}
_BINARY = (
    "png jpe?g gif ico webp bmp tiff? pdf zip gz bz2 xz zst 7z tar tgz jar war class so dylib dll exe o a pyc whl"
    " woff2? ttf otf eot mp[34] mov avi wav ogg sqlite db bin"
    " ai asar avif bz3 ear eps fits ggb icns mscz p12 pyz pyzw swf"
)
_MOST_READ = 200
# Languages whose scripts are mostly known by their first line.
BY_FIRST_LINE = {
    "python": r"python|pypy",
    "shell": r"\b(?:ba|z|k|da)?sh\b",
    "ruby": r"\bj?ruby\b",
    "perl": r"\bperl\b",
    "javascript": r"\bnode(?:js)?\b",
    "php": r"\bphp\b",
}


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


def any_of(tags: Sequence[str], place: Place) -> str | None:
    """What has one of these; "" where there are none, or any name will do; None where one is not told by names.

    Scripts without an ending that are here now are among them, by their names.
    """
    found = [pattern_of(tag) for tag in tags]
    if any(one is None for one in found):
        return None
    if "" in found:
        return ""
    scripts = [f"^{re.escape(path)}$" for tag in tags for path in _scripts(tag, place)]
    return "|".join(dict.fromkeys((*(one for one in found if one), *scripts)))


def _scripts(tag: str, place: Place) -> Iterator[str]:
    """Files that are known as this by their first line alone."""
    if tag not in BY_FIRST_LINE:
        return
    without = (path for path in place.files if "." not in path.rpartition("/")[2])
    for path in itertools.islice(without, _MOST_READ):
        first = place.read(path).partition("\n")[0]
        if first.startswith("#!") and re.search(BY_FIRST_LINE[tag], first):
            yield path
