"""gofigure's own image, built from the Dockerfile on a base of this machine's files: no hub and no index is asked."""

from __future__ import annotations

import glob
import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import blake3
import pip

from support.engine import Engine, debian_python, lean
from support.install import CHECKOUT, build_wheel

BASE = "gofigure-tests/programs:1"
IMAGE = "gofigure-tests/gofigure:1"
PROGRAMS = ("git", "ssh", "kubectl", "tini")
_CONTEXT = ("Dockerfile", ".dockerignore", "pyproject.toml", "README.md", "LICENSE", "gofigure", "hooks")


def why_none() -> str:
    """What is lacking here; "" if nothing is."""
    absent = [name for name in (*PROGRAMS, "busybox") if not shutil.which(name)]
    packages = "git openssh-client kubernetes-client tini busybox-static"
    return f"no {', '.join(absent)} here: apt-get install {packages}" if absent else ""


def build(engine: Engine, folder: Path) -> str:
    """The image's name. `folder` is for the build's context."""
    context = folder / "context"
    context.mkdir()
    for name in _CONTEXT:
        place = CHECKOUT / name
        if place.is_dir():
            shutil.copytree(place, context / name)
        else:
            shutil.copy(place, context)
    _wheels(context / "wheels")
    change = ("--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin")
    engine.docker("import", *change, "-", BASE, stdin=_base(engine))
    argv = [engine.client, "build", "-q", "-t", IMAGE, "--build-arg", f"BASE={BASE}", str(context)]
    env = {**os.environ, **engine.env, "DOCKER_BUILDKIT": "1"}
    done = subprocess.run(argv, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return IMAGE


def _wheels(folder: Path) -> None:
    """All that the image is made of, for the Python that will be in it."""
    wheel = build_wheel(folder)
    version = os.path.basename(debian_python()[0]).removeprefix("python")
    asked = ("--only-binary", ":all:", "--python-version", version, "--find-links", str(folder))
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", *asked, "--dest", str(folder), str(wheel)],
        check=True,
        capture_output=True,
    )


def _base(engine: Engine) -> bytes:
    """This machine's Debian Python with pip, the programs, the libraries of all, and busybox for the rest."""
    programs = {f"usr/bin/{name}": os.path.realpath(shutil.which(name) or name) for name in PROGRAMS}
    programs["usr/bin/docker"] = os.path.realpath(engine.client)
    core = "/usr/lib/git-core"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        linked = [*programs.values(), f"{core}/git-remote-http", *glob.glob(f"{blake3.__path__[0]}/*.so")]
        for path in sorted({*debian_python(), *_libraries(linked)}):
            tar.add(os.path.realpath(path), path.lstrip("/"), filter=lean)
        for name, path in programs.items():
            tar.add(path, name)
        tar.add(core, core.lstrip("/"), filter=lean)
        tar.add(pip.__path__[0], "usr/lib/python3/dist-packages/pip", filter=lean)
        tar.add(shutil.which("busybox") or "busybox", "bin/busybox")
        applets = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()
        version = os.path.basename(debian_python()[0])
        for name, to in (("usr/bin/python3", version), *((f"bin/{one}", "busybox") for one in applets)):
            if name != "bin/busybox":
                link = tarfile.TarInfo(name)
                link.type, link.linkname = tarfile.SYMTYPE, to
                tar.addfile(link)
        for name, mode in (("tmp", 0o1777), ("etc/ssl/certs", 0o755), ("root", 0o700)):
            made = tarfile.TarInfo(name)
            made.type, made.mode = tarfile.DIRTYPE, mode
            tar.addfile(made)
        for name, text in (
            ("etc/passwd", b"root:x:0:0::/root:/bin/sh\n"),
            ("etc/ssl/certs/ca-certificates.crt", b""),
        ):
            file = tarfile.TarInfo(name)
            file.size, file.mode = len(text), 0o644
            tar.addfile(file, io.BytesIO(text))
    return out.getvalue()


def _libraries(programs: list[str]) -> list[str]:
    said = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout  # some have none
    return sorted({word for word in said.split() if word.startswith("/") and not word.endswith(":")})
