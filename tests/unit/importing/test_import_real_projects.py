"""What went wrong with structlog, stylelint, tentap-editor, ts-jest, sinon and pip-tools, in few lines each."""

from __future__ import annotations

import json

from support.imported import imported

CI = """
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
      - run: |
          tar xf dist/*.tar.gz --strip-components=1
          rm -rf src
"""
STAGED = {"lint-staged": {"*.js": "eslint --cache"}, "husky": {"hooks": {"pre-commit": "lint-staged"}}}


def test_what_a_hosted_job_deletes_is_a_copy() -> None:
    found = imported({".github/workflows/ci.yml": CI})
    assert [stage.workspace for stage in found.stages.values()] == ["private"]
    woodpecker = imported({".woodpecker.yml": "steps:\n  - name: a\n    image: alpine\n    commands: [rm -rf src]\n"})
    assert [stage.workspace for stage in woodpecker.stages.values()] == ["private"]


def test_settings_in_the_package_and_the_versions_of_plugins_are_read() -> None:
    package = json.dumps({**STAGED, "eslintConfig": {"rules": {}}})
    found = imported({"package.json": package, "yarn.lock": "", "a.js": ""})
    [stage] = found.stages.values()
    assert {"package.json", "yarn.lock"} <= set(stage.inputs)


def test_before_npm_install_it_is_known_where_the_program_will_be() -> None:
    package = json.dumps({**STAGED, "devDependencies": {"eslint": "^9"}})
    [stage] = imported({"package.json": package, "a.js": ""}).stages.values()
    assert (stage.run or "").startswith("node_modules/.bin/eslint ")
    [other] = imported({"package.json": json.dumps(STAGED), "a.js": ""}).stages.values()
    assert (other.run or "").startswith("eslint ")


def test_what_is_said_of_one_file_may_depend_on_the_others() -> None:
    files = {
        "lefthook.yml": "pre-commit:\n  commands:\n    types:\n      glob: '*.py'\n      run: mypy {staged_files}\n"
    }
    [stage] = imported({**files, "a.py": ""}).stages.values()
    assert "**/*.py" in stage.inputs
