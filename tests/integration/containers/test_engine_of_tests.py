"""The engine that the tests start: it runs a container, and its bridge is not the one of others."""

from __future__ import annotations

from support.engine import BASE, Engine


def test_a_container_runs(engine: Engine) -> None:
    assert engine.docker("run", "--rm", BASE, "sh", "-c", "echo from inside") == "from inside"
    assert engine.docker("network", "inspect", "bridge", "-f", "{{.Name}}") == "bridge"


def test_an_image_with_python(engine: Engine) -> None:
    line = "import ssl, sqlite3, ctypes, json; print('it works')"
    assert engine.docker("run", "--rm", engine.python(), "python3", "-c", line) == "it works"
