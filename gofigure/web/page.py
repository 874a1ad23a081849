"""What a page is: an address, a template, and one function that gathers what both of its forms show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from gofigure.errors import GofigureError
from gofigure.model import Config
from gofigure.project import Project
from gofigure.store.store import Store
from gofigure.trust import Layer
from gofigure.watch.state import State

Facts: TypeAlias = dict[str, Any]  # JSON, as the twin below /api/v1 shows it, and the template's variables


class NotThereError(GofigureError):
    """What is asked for is not there: 404."""


class Around(NamedTuple):
    """What git and the hooks folder say, as of a moment ago: they are asked behind the page's back."""

    known: bool = False  # they have been asked at least once
    branch: str = ""
    changed: int = 0  # files that differ from the last commit, new ones included
    hooks: tuple[str, ...] = ()  # those that call gofigure
    missing: tuple[str, ...] = ()  # those that a job names and that do not


class Waiting(NamedTuple):
    """A run that this page has started, and that is not recorded yet, or could not be made."""

    number: int
    command: str
    since_ns: int
    error: str = ""  # what it said, where it has ended and there is no run
    pid: int = 0  # of its process; 0: there is none any more


class Apart(NamedTuple):
    """What a question that is asked behind the page's back has; a store it opens by itself."""

    project: Project
    environ: Mapping[str, str]


class Question(NamedTuple):
    """Something that takes longer than a page may (behind.py)."""

    name: tuple[Any, ...]  # equal names are one question
    ask: Callable[[Apart], Any]  # in a thread of its own; raises GofigureError; equal answers are no news
    keeps: float  # seconds for which an answer is as good as a new one
    patience: float  # seconds that a page waits for it
    lives: bool = True  # it is asked again when something has happened


class Answer(NamedTuple):
    """What is known of a question."""

    value: Any = None
    error: str = ""
    hint: str = ""
    at_ns: int = 0  # when it was asked; 0: it was not answered yet
    looking: bool = False  # it is being asked


class Look(NamedTuple):
    """What the cluster of a stage has said when somebody asked it, in a process of its own."""

    at_ns: int
    under_way: bool = False
    error: str = ""
    said: Mapping[str, Any] = {}  # recipes.kubernetes.look


class Ask(NamedTuple):
    """A request for a page, and what there is to answer it with. Used in the store's thread only."""

    project: Project
    environ: Mapping[str, str]
    store: Store
    config: Config | None  # None: there is none that can be read
    trouble: str  # why there is none, or why the one that is there may not run
    watcher: State | None
    around: Around
    waiting: tuple[Waiting, ...]
    read_only: bool
    now_ns: int
    path: Mapping[str, Any] = {}  # parameters in the address
    query: Mapping[str, str] = {}
    raw: bytes = b""  # the same, for what is no text: a file's name
    answers: Mapping[Any, Answer] = {}  # to the page's questions, by name
    coded: Layer | None = None  # the text for which a code in the terminal waits to be typed
    commands: Callable[[], Sequence[Any]] = tuple  # reference.commands.Command, described by who has them
    looks: Mapping[str, Look] = {}  # what somebody has asked a cluster for, by stage


class Page(NamedTuple):
    """One page, and its JSON twin at the same address below /api/v1."""

    name: str  # its word in the menu
    path: str  # as Starlette's routes have it: "/runs/{run:number}"
    template: str
    facts: Callable[[Ask], Facts]
    in_menu: bool = True
    questions: Callable[[Mapping[str, str], bytes], Sequence[Question]] = lambda _query, _raw: ()


class Order(NamedTuple):
    """Something that a person asks for, in the store's thread."""

    ask: Ask
    body: Mapping[str, Any]  # not checked yet
    start: Callable[[tuple[str, ...]], None]  # starts `gofigure ARGS` as a process of its own, soon
    dismiss: Callable[[int], None]  # lets go of what a `Waiting` of that number has said, soon
    look: Callable[[str], None] = lambda _stage: None  # asks the cluster of a stage how it stands there, soon


class Action(NamedTuple):
    """What POST /api/v1/do/NAME does. It answers with JSON; raises GofigureError for what cannot be done."""

    name: str
    do: Callable[[Order], Facts]
