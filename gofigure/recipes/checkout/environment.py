"""What git is told for a checkout: no hooks, no prompts, one protocol, and of the user's own only what was asked."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from gofigure.git.address import Address
from gofigure.process.capture import capture
from gofigure.recipes.checkout.wish import Wish

# Where to find the user's settings and how to reach a server; all other GIT_* of the caller's mean another repository.
_KEPT = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
_SETTINGS = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")

_ALWAYS = {
    "core.hooksPath": "/dev/null",
    # Since git 2.54 settings can name hooks, which core.hooksPath does not keep from running.
    "hook.post-checkout.enabled": "false",
    "hook.post-index-change.enabled": "false",
    "hook.reference-transaction.enabled": "false",
    "core.fsmonitor": "false",
    "core.askPass": "",
    "core.autocrlf": "false",  # a setting of one machine's must not make another content
    "core.fileMode": "true",
    "core.trustctime": "true",
    "core.checkStat": "default",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "worktree.useRelativePaths": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # as a pack: small ones would come without a word of how far it is
    "fetch.writeCommitGraph": "false",
    "transfer.bundleURI": "false",  # CVE-2025-48385
    "advice.detachedHead": "false",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",  # seconds of silence after which a server is gone
}
_LFS = {
    "filter.lfs.clean": "git-lfs clean -- %f",
    "filter.lfs.smudge": "git-lfs smudge -- %f",
    "filter.lfs.process": "git-lfs filter-process",
    "filter.lfs.required": "true",
}
# Else the user's settings would decide whether there are pointers or contents.
_NO_LFS = {"filter.lfs.clean": "", "filter.lfs.smudge": "", "filter.lfs.process": "", "filter.lfs.required": "false"}
_NO_KEYS = (
    "-oPubkeyAuthentication=no", "-oPasswordAuthentication=no", "-oKbdInteractiveAuthentication=no",
    "-oGSSAPIAuthentication=no", "-oHostbasedAuthentication=no", "-oIdentityAgent=none",
)  # fmt: skip


def environment(users: Mapping[str, str], address: Address, wish: Wish, home: str) -> dict[str, str]:
    """The environment of all git calls of one checkout. `home`: our own folder, the HOME of who may not be the user.

    With credentials = "none" git has none of the user's settings: a helper, a header with a token, a `.netrc` are all
    found by these.
    """
    as_user = wish.credentials == "user"
    env = {name: value for name, value in users.items() if not name.startswith(("GIT_", "SSH_")) or name in _KEPT}
    env.update(
        LC_ALL="C",
        GIT_TERMINAL_PROMPT="0",
        GCM_INTERACTIVE="never",
        SSH_ASKPASS_REQUIRE="never",
        GIT_TEMPLATE_DIR="",
        GIT_LFS_SKIP_SMUDGE="1",
        GIT_OPTIONAL_LOCKS="0",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_ALLOW_PROTOCOL=address.protocol,
        GIT_PROTOCOL_FROM_USER="0",
        GIT_PYTHON_REFRESH="quiet",
    )
    if as_user:
        kept = (*_SETTINGS, "SSH_AUTH_SOCK")
        env.update({name: users[name] for name in kept if name in users})
    else:
        env.update(HOME=home, XDG_CONFIG_HOME=home, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    if address.protocol == "ssh" or wish.submodules:  # these may be anywhere
        env["GIT_SSH_COMMAND"] = _ssh(users, env, as_user=as_user)
        env["GIT_SSH_VARIANT"] = "ssh"
    return {**env, **_as_variables({**_ALWAYS, **(_LFS if wish.lfs else _NO_LFS)})}


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings for every git that is started, by whomever (git-config, GIT_CONFIG_COUNT)."""
    told = {"GIT_CONFIG_COUNT": str(len(settings))}
    for at, (key, value) in enumerate(settings.items()):
        told |= {f"GIT_CONFIG_KEY_{at}": key, f"GIT_CONFIG_VALUE_{at}": value}
    return told


def _ssh(users: Mapping[str, str], env: Mapping[str, str], *, as_user: bool) -> str:
    """The ssh that asks nothing; the user's own one, where git would take that."""
    command = users.get("GIT_SSH_COMMAND", "") if as_user else "ssh"
    if not command:
        asked = capture(["git", "config", "--get", "core.sshCommand"], env=env, cwd="/")
        command = os.fsdecode(asked.out).strip() or "ssh"
    options = ["-oBatchMode=yes", "-oConnectTimeout=20", "-oServerAliveInterval=20"]
    return f"{command} {shlex.join([*options, *(() if as_user else _NO_KEYS)])}"
