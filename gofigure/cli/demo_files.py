"""The files of the demo's project."""

GREETING = """\
def greet(name):
    return f"hello, {name}"
"""

BROKEN = """\
def greet(name):
    return "hello, name"
"""

MENDED = """\
def greet(name):
    return f"hello, {name}, with a bow"
"""

CHECK = """\
from greeting import greet

assert "Ada" in greet("Ada"), f"Ada is not in {greet('Ada')!r}"
print("greets by name")
"""

CONFIG = r"""[jobs.check]
on = ["pre-commit"]
stages = ["syntax", "greets"]

[stages.syntax]
run = 'python3 -c "import ast, sys; [ast.parse(open(name).read(), name) for name in sys.argv[1:]]" "$@"'
files = '\.py$'                 # each file by itself: only those not proven yet are handed over

[stages.greets]
run = "python3 -B check.py"     # -B: leave no files behind
inputs = ["*.py"]
"""
