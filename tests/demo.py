"""`make demo`: the main job on real input, a clone of this very repository."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


class Demo:
    """Says what it does, does it, and stops where something is not as it says."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "gofigure"
        tools = Path(sys.executable).parent
        self.env = {
            "PATH": f"{tools}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "GIT_AUTHOR_NAME": "Demo",
            "GIT_AUTHOR_EMAIL": "demo@example.com",
            "GIT_COMMITTER_NAME": "Demo",
            "GIT_COMMITTER_EMAIL": "demo@example.com",
        }

    def tell(self, text: str) -> None:
        print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)

    def do(self, command: str, *, cwd: Path | None = None, code: int | None = 0) -> None:
        """Show a command, run it in the clone, and check its exit code (None: any but 0)."""
        print(f"$ {command}", flush=True)
        done = subprocess.run(shlex.split(command), cwd=cwd or self.root, env=self.env, check=False)
        if (done.returncode == 0) if code is None else (done.returncode != code):
            raise SystemExit(f"the demo failed: exit code {done.returncode} from: {command}")

    def write(self, path: str, text: str) -> None:
        print(f"$ cat > {path}   # {text.splitlines()[0]}", flush=True)
        (self.root / path).write_text(text)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gofigure-demo-") as folder:
        demo = Demo(Path(folder))
        demo.tell("A clone of this repository, as a new colleague would have it. It runs nothing by itself.")
        demo.do(f"git clone --quiet {shlex.quote(str(CHECKOUT))} {shlex.quote(str(demo.root))}", cwd=Path(folder))
        demo.do("gofigure run", code=2)

        demo.tell("Installing the hooks says yes to its configuration.")
        demo.do("gofigure install-hooks")

        demo.tell("A commit: git calls gofigure, which runs the stages on what is being committed.")
        demo.write(
            "gofigure/cli/greeting.py",
            '"""A greeting."""\n\n\ndef greet(name: str) -> str:\n    return f"hello, {name}"\n',
        )
        demo.write("tests/unit/test_greeting.py", _TEST)
        demo.do("git add gofigure/cli/greeting.py tests/unit/test_greeting.py")
        demo.do("git commit --quiet -m 'Greet'")

        demo.tell("A commit that breaks the greeting: a test fails, and git does not commit.")
        demo.write(
            "gofigure/cli/greeting.py",
            '"""A greeting."""\n\n\ndef greet(name: str) -> str:\n    return f"hullo, {name}"\n',
        )
        demo.do("git commit --quiet --all -m 'Greet otherwise'", code=None)

        demo.tell("Mended by going back: this content is proven already, so nothing has to run.")
        demo.do("git checkout --quiet HEAD -- gofigure/cli/greeting.py")
        demo.do("gofigure run check")

        demo.tell("One more file: per-file stages look at that file alone.")
        demo.write("tests/unit/test_parting.py", _TEST.replace("test_greet", "test_again"))
        demo.do("git add tests/unit/test_parting.py")
        demo.do("git commit --quiet -m 'Greet again'")

        demo.tell("What happened, and why.")
        demo.do("gofigure history")
        demo.do("gofigure why unit")
        demo.do("gofigure digest gofigure tests/unit --commit HEAD")
        demo.tell("That was gofigure. Nothing is left behind: all of this was in a temporary folder.")


_TEST = """from gofigure.cli.greeting import greet


def test_greet() -> None:
    assert greet("you") == "hello, you"
"""

if __name__ == "__main__":
    main()
