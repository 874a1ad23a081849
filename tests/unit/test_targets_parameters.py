"""Which shell lines read their arguments, by the shell's own quoting."""

from __future__ import annotations

import pytest

from gofigure.model import Stage
from gofigure.targets import Asks, Reads, handed_variables, reads_arguments

NONE, SOFTLY, MUST = Reads(), Reads(any=True), Reads(any=True, must=True)
LINES = {
    'check "$1"': MUST,
    'echo "${1}"': MUST,
    "echo ${1:?no message}": MUST,
    "echo ${#1}": MUST,
    "echo ${*}": MUST,
    'for one in "$@"; do :; done': MUST,
    'echo "it\'s $1"': MUST,
    "echo it\\'s $1": MUST,
    "echo \"'$1'\"": MUST,
    'echo "a # $1"': MUST,
    "# don't\ncheck $1": MUST,
    "(set -- a); echo $1": MUST,
    'f() { echo "$1"; }; f "$1"': MUST,
    "f() { case x in a) ;; esac; }; echo $2": MUST,
    "case $1 in a) echo;; esac; echo '$'": MUST,
    "cat <<EOF\nit isn't $1\nEOF": MUST,
    "echo ${x:-$1}": MUST,
    "echo ${1:-none}": SOFTLY,
    "echo ${1+there is one}": SOFTLY,
    '[ $# = 0 ] || check "$@"': SOFTLY,
    "echo ${#}": SOFTLY,
    "set -- a b; echo $1": NONE,
    "awk '{print $1}'": NONE,
    "echo \"$(awk '{print $1}' file)\"": NONE,
    'f() { echo "$1"; }; f x': NONE,
    "f() { case x in a) ;; esac; echo $1; }; f x": NONE,
    "echo \\$1": NONE,
    'echo "\\$1"': NONE,
    "echo a # $1": NONE,
    "cat <<'EOF'\n$1\nEOF\necho isn": NONE,
    'cat <<-"EOF"\n\t$1\n\tEOF': NONE,
    "echo $$ $? $! $HOME $x1 ${y2} $0": NONE,
    "make": NONE,
    "": NONE,
    "'": NONE,
    '"$(': NONE,
    "}})": NONE,
}


@pytest.mark.parametrize(("line", "expected"), LINES.items())
def test_a_line_reads_its_arguments_or_not(line: str, expected: Reads) -> None:
    assert reads_arguments(Stage("s", run=line)) == expected


def test_what_a_per_file_stage_reads_are_its_files() -> None:
    assert reads_arguments(Stage("s", run='ruff "$@"', files="py")) == NONE


def test_other_targets_have_no_shell_to_read_them() -> None:
    assert reads_arguments(Stage("s", target="make", run="a=$1")) == NONE


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ('check "$GOFIGURE_REFS"', Asks(("GOFIGURE_REFS",), must=True)),
        ("check ${GOFIGURE_REFS}", Asks(("GOFIGURE_REFS",), must=True)),
        ("check ${#GOFIGURE_REFS} ${GOFIGURE_REFS%% *}", Asks(("GOFIGURE_REFS",), must=True)),
        ("check ${GOFIGURE_REFS:-none}", Asks(("GOFIGURE_REFS",))),
        ("check ${GOFIGURE_REFS-} $GOFIGURE_HOOK", Asks(("GOFIGURE_HOOK", "GOFIGURE_REFS"), must=True)),
        ("bash -c 'echo $GOFIGURE_HOOK'", Asks(("GOFIGURE_HOOK",), must=True)),
        ("env | grep GOFIGURE_HOOK", Asks()),
        ("echo $GOFIGURE_HOOKS $GOFIGURE_RUN $GOFIGURE_", Asks()),
        ("echo x", Asks()),
    ],
)
def test_variables_in_a_line(line: str, asks: Asks) -> None:
    assert handed_variables(Stage("s", run=line)) == asks


def test_variables_by_pass_env() -> None:
    stage = Stage("s", target="make", run="test X=$GOFIGURE_HOOK", pass_env=("HOME", "GOFIGURE_TO_REF"))
    assert handed_variables(stage) == Asks(("GOFIGURE_TO_REF",))
