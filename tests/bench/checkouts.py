"""What a warm checkout of an unchanged ref costs beside the `git ls-remote` that it cannot do without.

Alone: `python tests/bench/checkouts.py [ROUNDS]`. Against servers on this machine, where the network takes no time:
what it costs beside `ls-remote` here, it costs over any network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parents[1]))

from bench.timing import Contestant, compare, table  # noqa: E402
from support.repo import Repo, clean_environment  # noqa: E402
from support.servers import SSHD, Upstream, served  # noqa: E402

from gofigure.model import Stage  # noqa: E402
from gofigure.recipes import ORDER_VARIABLE, recipe  # noqa: E402
from gofigure.recipes.checkout.warm import in_front  # noqa: E402
from gofigure.targets import commands_of  # noqa: E402
from gofigure.targets.checkout import PASSES  # noqa: E402

ROUNDS = 21
FILES = 1000


def warm(kind: str, upstream: Upstream, folder: Path, home: Path, rounds: int) -> list[str]:
    env = clean_environment(home)
    root = Repo.create(folder / "repo", env).root
    with served(kind, upstream, folder / "server", env, home) as remote:
        credentials = [("credentials", "user")] if remote.settings else []
        stage = Stage("src", target="checkout", settings=(*credentials, ("url", remote.url)))
        order = {"stage": "src", "root": str(root), "state_dir": str(root / ".git/gofigure"), "made": str(folder)}
        order |= {"mark": "x:1", "trigger": "manual", "key": ""}
        env = {**env, **remote.env, ORDER_VARIABLE: json.dumps({**order, "needed": {}})}
        env = {name: value for name, value in env.items() if not name.startswith("GIT_") or name in PASSES}
        words = recipe(commands_of(stage)[0].argv[1:])
        subprocess.run(words, cwd=root, env=env, check=True, stdout=subprocess.DEVNULL)
        contestants = (
            Contestant("git ls-remote", ("git", "ls-remote", "--", remote.url, "HEAD")),
            Contestant("warm checkout", in_front(words, "src", str(root), order["state_dir"], str(folder), env)),
        )
        return table(f"{kind}, {FILES:,} files", compare(contestants, rounds=rounds, cwd=root, env=env))


def checkouts(folder: Path, rounds: int) -> list[str]:
    """The tables of all kinds of servers that there are here."""
    home = folder / "home"
    home.mkdir()
    upstream = Upstream(folder / "upstream", clean_environment(home))
    upstream.push({f"folder{at % 20}/file{at}": f"{at}\n" for at in range(FILES)})
    kinds = ("local", "daemon", "http", *(["ssh"] if SSHD else []))
    return [line for kind in kinds for line in warm(kind, upstream, folder / kind, home, rounds)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print("\n".join(checkouts(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)))
