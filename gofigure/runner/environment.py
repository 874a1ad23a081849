"""The environment of a stage: a short list, what it declares, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from gofigure.model import Stage
from gofigure.targets import environment_of

# What programs need to work at all. Not part of a key: tools are named by their content, not by PATH.
_ALWAYS = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE",
    "LC_MESSAGES", "LC_COLLATE", "LC_NUMERIC", "LC_TIME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR", "VIRTUAL_ENV", "CONDA_PREFIX", "NO_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    # Where toolchains and their caches lie: without these, everything would be fetched and built again, or not found.
    "GOPATH", "GOCACHE", "GOMODCACHE", "CARGO_HOME", "RUSTUP_HOME", "VOLTA_HOME",
    "npm_config_cache", "NPM_CONFIG_CACHE",
)  # fmt: skip

RUN_VARIABLE = "GOFIGURE_RUN"  # marks everything that belongs to a run
INSIDE_VARIABLE = "GOFIGURE_INSIDE"  # every run that a process is inside of, the outermost first: MARK:RUN ...
# Which hook's arguments a stage has. Not part of a key: what has it is never proven; nothing else gets it.
HOOK_VARIABLE = "GOFIGURE_HOOK"

INSTALL_PATH_VARIABLE = "GOFIGURE_INSTALL_PATH"  # set by our hook script: the PATH when it was installed


def base_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What every stage gets. Behind PATH comes the one at installation: a GUI starts hooks with a bare one."""
    env = {name: environ[name] for name in _ALWAYS if name in environ}
    known = env.get("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")
    known += [folder for folder in environ.get(INSTALL_PATH_VARIABLE, "").split(":") if folder and folder not in known]
    env["PATH"] = ":".join(known)
    if "HOME" not in env:
        import os

        env["HOME"] = os.path.expanduser("~")
    return env


def declared(stage: Stage, environ: Mapping[str, str]) -> dict[str, str]:
    """What this stage gets besides; part of its key."""
    passed = {name: environ[name] for name in stage.pass_env if name in environ}
    return {**environment_of(stage), **passed, **dict(stage.env)}
