"""The part of a tree that one stage reads."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from gofigure.digest.content import digest_bytes
from gofigure.digest.tree import EXECUTABLE, FILE, MODULE, Entry, build, graft
from gofigure.errors import SlowExpression
from gofigure.model import Stage
from gofigure.runner.locations import selectors_of
from gofigure.snapshot import patience
from gofigure.snapshot.select import Selecting, Selector, covers, selects, show
from gofigure.store.contents import Contents
from gofigure.store.db import in_memory

FILES = {
    b"Makefile": FILE,
    b"src/a.py": FILE,
    b"src/deep/b.py": FILE,
    b"src/data.txt": FILE,
    b"src2/a.py": FILE,
    b"bin/run": EXECUTABLE,
    b"\xff\n/odd.py": FILE,
    b"d\xc3\xa9/x.py": FILE,
    b"lib.py": MODULE,
}


class Case:
    def __init__(self) -> None:
        self.contents = Contents(in_memory())
        root, records = build((path, kind, digest_bytes(path)) for path, kind in FILES.items())
        self.contents.save_trees(records)
        self.root = root

    def edited(self, path: bytes, entry: Entry | None = Entry(FILE, b"!" * 32)) -> bytes:  # noqa: B008 - frozen
        root, records = graft(self.root, {path: entry}, self.contents.load_tree)
        self.contents.save_trees(records)
        return root

    def digest(self, tree: bytes, selector: Selector) -> bytes:
        """Worked out, kept, and looked up: one answer."""
        first = Selecting(self.contents)
        answer = first.select(tree, selector)
        first.keep()
        assert Selecting(self.contents).select(tree, selector) == answer
        return answer.digest

    def files(self, selector: Selector) -> list[bytes]:
        return [path for path, _ in Selecting(self.contents).files(self.root, selector)]


@pytest.fixture
def case() -> Case:
    return Case()


SELECTORS = [
    (Selector(), sorted(set(FILES) - {b"lib.py"})),
    (Selector(("src",)), [b"src/a.py", b"src/data.txt", b"src/deep/b.py"]),
    (Selector(("src", "bin")), [b"src/a.py", b"src/data.txt", b"src/deep/b.py", b"bin/run"]),
    (Selector(("src/a.py",)), [b"src/a.py"]),
    (Selector(("src/a.py",), r"\.txt$"), [b"src/a.py"]),  # a location that is a file is taken as it is
    (Selector(("no/such",)), []),
    (Selector(("src",), r"\.py$"), [b"src/a.py", b"src/deep/b.py"]),
    (Selector(("src",), r"^a"), [b"src/a.py"]),  # searched below the location
    (Selector(("src",), r"src"), []),
    (Selector(pattern=r"a\.py$"), [b"src/a.py", b"src2/a.py"]),
    (Selector(("src",), globs=("*.py",)), [b"src/a.py"]),
    (Selector(globs=("src/**/*.py", "!**/b.py")), [b"src/a.py"]),
    (Selector(pattern="é"), [b"d\xc3\xa9/x.py"]),
    (Selector(pattern=r"\u00e9"), [b"d\xc3\xa9/x.py"]),
    (Selector(pattern=r"^d./x"), [b"d\xc3\xa9/x.py"]),
    (Selector(("dé",)), [b"d\xc3\xa9/x.py"]),
    (Selector(globs=("d?/*",)), [b"d\xc3\xa9/x.py"]),
    (Selector(("\udcff\n",)), [b"\xff\n/odd.py"]),
]


@pytest.mark.parametrize(("selector", "expected"), SELECTORS)
def test_files(case: Case, selector: Selector, expected: list[bytes]) -> None:
    assert case.files(selector) == expected


@pytest.mark.parametrize(("selector", "expected"), SELECTORS)
def test_the_input_digest_moves_with_the_selected_files_and_with_no_other(
    case: Case, selector: Selector, expected: list[bytes]
) -> None:
    before = case.digest(case.root, selector)
    for path, kind in FILES.items():
        if kind == MODULE:
            continue
        assert (case.digest(case.edited(path), selector) != before) == (path in expected), path
        assert (case.digest(case.edited(path, None), selector) != before) == (path in expected), path
        assert selects(selector, path) == (path in expected), path


@pytest.mark.parametrize(("selector", "expected"), SELECTORS)
def test_changed_says_which(case: Case, selector: Selector, expected: list[bytes]) -> None:
    for path, kind in FILES.items():
        if kind == MODULE:
            continue
        for entry, verb in ((Entry(FILE, b"!" * 32), "changed"), (None, "removed")):
            words = Selecting(case.contents).changed(case.root, case.edited(path, entry), selector, 3)
            assert words == ([f"{show(path)} {verb}"] if path in expected else [])


def test_the_exec_bit_of_a_selected_file_counts(case: Case) -> None:
    """Trap 11: bazel#3400, and Turborepo, wireit and mise leave it out."""
    entry = Entry(EXECUTABLE, digest_bytes(b"src/a.py"))
    for selector in (Selector(("src",)), Selector(pattern="py$"), Selector(("src/a.py",))):
        assert case.digest(case.edited(b"src/a.py", entry), selector) != case.digest(case.root, selector)


def test_a_file_moved_to_another_location_is_another_input(case: Case) -> None:
    """Trap 3: go-task says "up to date"."""
    here = case.edited(b"x/one/f", Entry(FILE, b"!" * 32))
    there = case.edited(b"x/two/f", Entry(FILE, b"!" * 32))
    for selector in (Selector(("x",)), Selector(("x/one", "x/two")), Selector(("x",), "f")):
        assert case.digest(here, selector) != case.digest(there, selector)


def test_a_submodule_is_an_input_but_no_file_to_hand_over(case: Case) -> None:
    selector = Selector(pattern=r"\.py$")
    assert b"lib.py" not in case.files(selector)
    assert case.digest(case.edited(b"lib.py", Entry(MODULE, b"!" * 32)), selector) != case.digest(case.root, selector)


def test_rules_do_not_share_answers(case: Case) -> None:
    digests = {
        case.digest(case.root, selector)
        for selector in (
            Selector(pattern="a"),
            Selector(pattern="a.py"),
            Selector(globs=("a",)),
            Selector(globs=("a", "b")),
            Selector(("src",), "a"),
            Selector(),
        )
    }
    # pattern "a" and "a.py", and the two glob lists, may choose the same files; the chosen files decide.
    assert len(digests) >= 4


def test_an_answer_is_kept_by_content_and_rule(case: Case) -> None:
    selecting = Selecting(case.contents)
    one = selecting.select(case.root, Selector(pattern=r"\.py$"))
    two = selecting.select(case.root, Selector(pattern=r"\.txt$"))
    selecting.keep()
    assert one != two
    again = Selecting(case.contents)
    assert again.select(case.root, Selector(pattern=r"\.txt$")) == two
    assert again.select(case.root, Selector(pattern=r"\.py$")) == one


def test_selectors_of_a_stage() -> None:
    assert selectors_of(Stage("s")) == (Selector(("",)),)
    assert selectors_of(Stage("s", locations=("a",), source="x")) == (Selector(("a",), "x"),)
    assert selectors_of(Stage("s", files="y")) == (Selector(("",), "y"),)
    assert selectors_of(Stage("s", inputs=("a/**",))) == (Selector(("",), None, ("a/**",)),)
    shared = Selector(("",), None, ("ruff.toml",))
    assert selectors_of(Stage("s", files="y", inputs=("ruff.toml",))) == (Selector(("",), "y"), shared)


@pytest.mark.parametrize(
    ("selector", "path", "covered"),
    [
        # a folder of unknown content is spelt with a slash at its end
        (Selector(), b"nested/", True),
        (Selector(("web",)), b"web/", True),
        (Selector(("web/api",)), b"web/", True),
        (Selector(("web",)), b"web/vendor/", True),
        (Selector(("web",)), b"website/", False),
        (Selector(("website",)), b"web/", False),
        (Selector(pattern=r"\.py$"), b"nested/", True),
        (Selector(("web",), r"\.py$"), b"web/sub/", True),
        (Selector(("web",), r"\.py$"), b"other/", False),
        # a file of unknown content
        (Selector(), b"secret", True),
        (Selector(pattern=r"\.py$"), b"secret.bin", False),
        (Selector(pattern=r"\.py$"), b"secret.py", True),
        (Selector(("web",)), b"web/x", True),
        (Selector(("web",), r"\.py$"), b"web/x", False),
        (Selector(("web",)), b"website", False),
        (Selector(("web/x",)), b"web/x", True),
        (Selector(("web/x",)), b"web", True),  # a file where the location was to be a folder
        (Selector(globs=("docs/**",)), b"src/x", False),
        (Selector(globs=("docs/**",)), b"docs/x", True),
    ],
)
def test_covers(selector: Selector, path: bytes, covered: bool) -> None:
    """A proof is refused for what cannot be named, and only for that."""
    assert covers(selector, path) is covered


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"a b.py", "a b.py"),
        (b"\xff", r"\xff"),
        (b"a\nb\tc", r"a\nb\tc"),
        (b"\x1b[2J", r"\x1b[2J"),
        ("é\u202e".encode(), r"\xe9\u202e"),
        ("é".encode(), "é"),
        (b"-rf", "-rf"),
    ],
)
def test_show_can_neither_move_the_cursor_nor_break_the_line(path: bytes, shown: str) -> None:
    """T6."""
    assert show(path) == shown
    assert show(path).isprintable()


def test_names_do_not_depend_on_the_locale(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 25: a pattern means the same bytes wherever it is read."""

    def latin(name: str | bytes) -> bytes:
        return name if isinstance(name, bytes) else name.encode("latin-1", "surrogateescape")

    expected = [case.digest(case.root, selector) for selector, _ in SELECTORS]
    monkeypatch.setattr(os, "fsencode", latin)
    fresh = Case()
    assert [fresh.digest(fresh.root, selector) for selector, _ in SELECTORS] == expected


def test_a_record_that_is_not_what_it_is_called_is_refused(case: Case) -> None:
    """`.gofigure` may have been written by a disk that lies."""
    from gofigure.errors import StoreError

    with case.contents._db.writing():
        case.contents._db.execute("UPDATE trees SET record = ? WHERE digest = ?", (b"x\0f" + b"1" * 32, case.root))
    with pytest.raises(StoreError, match="damaged"):
        Contents(case.contents._db).load_tree(case.root)


def test_an_expression_that_backtracks_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.2)
    case = Case()
    tree = case.edited(b"a" * 40 + b"!")
    with pytest.raises(SlowExpression, match=r"\(a\+\)\+\$"):
        Selecting(case.contents).select(tree, Selector(pattern="(a+)+$"))
    with pytest.raises(SlowExpression):
        selects(Selector(pattern="(a+)+$"), b"a" * 40 + b"!")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_an_expression_may_be_matched_beside_the_main_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(selects, Selector(pattern="a+$"), b"aa").result()
