"""No loops: how often a job runs for what its user does, counted; and that it ends, whatever they and their tools do.

The counts beside the names of the cases are those of the research that this began with, where ours differ.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.loops import SETTLE, Job, Tool, World, binary, flip, formatter, generator, stamp

from gofigure.runner.no_loops import FOLLOW_UPS, Chain, Ran, Seen, after, cuts_short, decide, role_of


def _started(*jobs: Job) -> World:
    """A world in which each job has run once, and whatever came of that is over; counting begins now."""
    world = World(jobs).play()
    for job in jobs:
        job.runs.clear()
        job.said.clear()
    return world


def _counts(world: World, job: Job, edits: int, path: bytes = b"b.py") -> list[int]:
    """How often a job runs after each of so many edits."""
    counts = []
    for _ in range(edits):
        before = len(job.runs)
        world.edit(path)
        counts.append(len(job.runs) - before)
    return counts


def _is_quiet(job: Job, world: World) -> bool:
    return job.chain.consumed == job.digest(world.tree) and not job.chain.stale and not job.chain.held


def test_a_binary_that_is_untracked() -> None:
    """(a): 3, and there one more after each of the first two, to confirm. Nothing here waits for that."""
    job = Job((binary,))
    world = _started(job)
    assert _counts(world, job, 3) == [1, 1, 1]
    assert _is_quiet(job, world)


@pytest.mark.parametrize(("outputs", "counts"), [((), [2, 2, 2, 2]), ((b"dist/app",), [1, 1, 1, 1])])
def test_a_committed_build(outputs: tuple[bytes, ...], counts: list[int]) -> None:
    """(a2): 2 + 2, then learned and 1 + 1; declared 4. Only what made a job be held is learned."""
    job = Job((generator,), outputs=outputs)
    world = _started(job)
    assert _counts(world, job, 4) == counts
    assert _is_quiet(job, world)


def test_a_formatter() -> None:
    """(b): 2, the second on the formatted tree, then 0."""
    job = Job((formatter,))
    world = _started(job)
    assert _counts(world, job, 2, b"a.py") == [2, 2]
    assert _counts(world, job, 2, b"b.py") == [1, 1]
    assert _is_quiet(job, world)


def test_a_formatter_without_a_fixpoint() -> None:
    """(b2): 2, then it stops, and says why."""
    job = Job((flip,))
    world = World((job,)).play()
    assert len(job.runs) == 2
    assert job.said[-1].act == "stop"
    assert job.chain.held.startswith("two tools disagree on a.py")
    assert _counts(world, job, 2) == [1, 1], "a.py is suspect now"
    assert job.chain.held


def test_a_generator_that_stamps_a_tracked_file() -> None:
    """(c): 3, then 1 per edit; the same."""
    job = Job((stamp,))
    world = World((job,)).play()
    assert len(job.runs) == 3
    assert 'outputs = ["version"]' in job.chain.held
    assert _counts(world, job, 4) == [1, 1, 1, 1]
    assert job.chain.stale == {b"version"}
    assert job.chain.held, "the verdict is not about the stamp that stands there: said, as long as that is so"
    assert _counts(world, job, 1, b"version") == [3], "its user has changed it: no suspect any more"


def test_a_file_saved_under_a_run() -> None:
    """(d): 2, and the first verdict is stale."""
    job = Job(seconds=10)
    world = _started(job)
    start = world.now
    world.todo = [(start, b"a.py", "1"), (start + 5, b"b.py", "2")]
    world.play()
    assert len(job.runs) == 2
    assert [one.act for one in job.said if one.act != "nothing"] == ["run", "follow up"]
    assert "b.py changed while it ran" in [one.reason for one in job.said]
    assert _is_quiet(job, world)


def test_twenty_saves_under_runs() -> None:
    """(d), one each 5 s, the job takes 10: 9, the last edit built; the same, by the pause of a second follow-up."""
    job = Job(seconds=10)
    world = _started(job)
    world.edit(b"a.py", every=5.0, count=20)
    assert len(job.runs) == 9
    assert _is_quiet(job, world)


@pytest.mark.parametrize("tools", [(), (binary,)])
def test_a_run_by_hand_while_watching(tools: tuple[Tool, ...]) -> None:
    """(e): 1, and never more; there one more to confirm the binary."""
    job = Job(tools)
    world = _started(job)
    world.todo = [(world.now, b"", None)]
    world.play()
    assert len(job.runs) == 1
    assert _is_quiet(job, world)


def test_a_run_by_hand_of_what_is_held() -> None:
    job = Job((stamp,))
    world = World((job,)).play()
    job.runs.clear()
    world.todo = [(world.now, b"", None)]
    world.play()
    assert len(job.runs) == 1
    assert job.chain.held


def test_what_is_no_change() -> None:
    """(h): touch, the same bytes again, a folder's mode, removed and restored within settle: 0."""
    job = Job()
    world = _started(job)
    start = world.now
    world.todo = [(start, b"a.py", "a"), (start + 1, b"b.py", None), (start + 1 + SETTLE / 2, b"b.py", "b")]
    world.play()
    assert job.runs == []


def test_what_one_job_makes_is_a_change_for_another() -> None:
    """A chain begins for all jobs: what the one makes of an edit outside is no follow-up of the other."""
    build = Job((generator,), reads=lambda path: path.endswith(b".py"), outputs=(b"dist/app",))
    test = Job(reads=lambda path: path == b"dist/app")
    world = _started(build, test)
    for _ in range(5):
        world.edit(b"b.py")
    assert (len(build.runs), len(test.runs)) == (5, 5)
    assert _is_quiet(test, world)


def test_jobs_that_write_each_others_inputs_come_to_an_end() -> None:
    def answer(mine: bytes, other: bytes) -> Tool:
        return lambda tree: tree.update({mine: tree[other] + "."})

    one = Job((answer(b"a.py", b"b.py"),), reads=lambda path: path == b"b.py", outputs=(b"a.py",))
    two = Job((answer(b"b.py", b"a.py"),), reads=lambda path: path == b"a.py", outputs=(b"b.py",))
    World((one, two)).play()
    assert (len(one.runs), len(two.runs)) == (1 + FOLLOW_UPS, 1 + FOLLOW_UPS)
    assert "in a circle" in one.chain.held


def test_what_the_job_does_not_read_ends_no_hold() -> None:
    job = Job((stamp,), reads=lambda path: path != b"README")
    world = World((job,)).play()
    assert _counts(world, job, 2, b"README") == [0, 0]
    assert job.chain.held


def test_what_nobody_can_tell_any_more_counts_as_a_change() -> None:
    chain = Chain(b"1", fresh=False)
    assert decide(chain, Seen(b"2", None)).act == "run"
    assert decide(chain, Seen(b"1", None)).act == "nothing"


def test_back_to_what_the_verdict_is_about() -> None:
    chain = Chain(b"1", fresh=False, stale=frozenset([b"a.py"]), held="words", held_at=b"2")
    assert decide(chain, Seen(b"2")).act == "held"
    done = decide(chain, Seen(b"1", frozenset([b"a.py"])))
    assert (done.act, done.chain.stale, done.chain.held) == ("nothing", frozenset(), "")


def test_a_run_about_something_else_says_nothing_of_the_working_tree() -> None:
    chain = Chain(b"1", fresh=False)
    assert after(chain, Ran(b"", b"")) == chain


def test_a_run_that_somebody_asks_for_begins_a_chain() -> None:
    chain = Chain(b"1", fresh=False, ran=frozenset([b"1", b"2"]), follow_ups=FOLLOW_UPS)
    asked = after(chain, Ran(b"1", b"1", frozenset([b"a.py"]), asked=True))
    assert decide(asked, Seen(b"2")).act == "follow up"
    by_itself = after(chain, Ran(b"1", b"1", frozenset([b"a.py"])))
    assert decide(by_itself, Seen(b"3")).act == "hold"


def test_what_was_cut_short_consumes_nothing() -> None:
    chain = after(Chain(b"1"), Ran(b"2", b"", frozenset([b"a.py"])))
    assert chain.consumed == b"1"
    assert chain.stale == {b"a.py"}
    assert not chain.ran
    assert decide(chain, Seen(b"2")).act == "follow up", "on the same, where its user took the change back"
    assert not cuts_short(chain, frozenset([b"a.py"])), "it may be its own doing"
    assert cuts_short(chain, frozenset([b"a.py", b"b.py"]))
    again = after(chain, Ran(b"3", b"", frozenset([b"b.py"])))
    assert not cuts_short(again, frozenset([b"c.py"])), "the last follow-up comes to its end"


@pytest.mark.parametrize(
    ("declared", "tracked", "by_runs", "role"),
    [
        (True, True, False, "output"),
        (False, False, True, "born"),
        (False, True, True, "other"),
        (False, False, False, "other"),
    ],
)
def test_what_is_a_runs_own(declared: bool, tracked: bool, by_runs: bool, role: str) -> None:
    assert role_of(declared=declared, tracked=tracked, by_runs=by_runs) == role


_TOOLS = st.lists(st.sampled_from([binary, generator, stamp, formatter, flip]), max_size=3, unique=True).map(tuple)
_JOBS = st.builds(
    Job,
    _TOOLS,
    st.sampled_from([0.5, 4.0, 10.0]),
    st.sampled_from([lambda _path: True, lambda path: path.endswith(b".py")]),
    st.sampled_from([(), (b"dist/app",)]),
)
_PATHS = st.sampled_from([b"", b"a.py", b"b.py", b"version", b"new", b"app", b"README"])
_DEEDS = st.lists(
    st.tuples(st.integers(0, 300).map(lambda tenths: tenths / 5), _PATHS, st.none() | st.text("xy ", max_size=2)),
    max_size=12,
)


def _deed(at: float, path: bytes, content: str | None) -> tuple[float, bytes, str | None]:
    """What tools read is never removed."""
    return at, path, content or "" if path.endswith((b".py", b"version")) else content


@settings(max_examples=400, deadline=None)
@given(jobs=st.lists(_JOBS, min_size=1, max_size=2), deeds=_DEEDS)
def test_it_ends_and_the_last_edit_is_built_or_said_not_to_be(
    jobs: list[Job], deeds: list[tuple[float, bytes, str | None]]
) -> None:
    """Three runs of a job at most for each thing its user does. And what stands there in the end was built, but for
    what is stale or held, or was born under the run, as its verdict says (a new file of the user's may be taken for
    one of the run's: it is named, and nothing is proven by that run)."""
    world = World(tuple(jobs), [_deed(*deed) for deed in deeds]).play()
    for job in jobs:
        assert len(job.runs) <= (1 + FOLLOW_UPS) * (1 + len(deeds))
        if job.chain.held:
            continue
        assert (job.chain.consumed, job.chain.stale) == (job.digest(world.tree), frozenset())
        if any(job.digest(tree) == job.chain.consumed for tree, _ in job.runs):
            continue
        own = {path for path, role in job.roles.items() if role in ("born", "output")}
        began = job.runs[-1][0]
        left = {path for path in began.keys() | world.tree.keys() if began.get(path) != world.tree.get(path)}
        assert {path for path in left if job.reads(path) and path not in job.outputs} <= own
