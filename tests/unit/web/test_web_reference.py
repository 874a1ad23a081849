"""What the docs are made of: all there is, by anchors that hold, and no markup but our own."""

from __future__ import annotations

import re

from gofigure.cli.main import gofigure
from gofigure.config.schema import KEYS
from gofigure.reference.commands import described
from gofigure.reference.html import to_html
from gofigure.reference.keys import anchor, groups
from gofigure.reference.markdown import of_commands, of_keys, sections
from gofigure.targets import KINDS
from gofigure.web.rendering import keyed


def test_every_key_is_there_with_an_example() -> None:
    found = [key for group in groups(tuple(KINDS)) for key in group.keys]
    assert len(found) == len(KEYS)
    assert len({key.anchor for key in found}) == len(found)
    for key in found:
        assert key.words
        assert key.name in key.example, key.anchor
    target = next(key for key in found if key.anchor == "stages.target")
    assert set(target.choices) == set(KINDS)
    defaults = {key.anchor: key.default for key in found}
    assert defaults["stages.tags"] == '["dev"]'
    assert defaults["jobs.on"] == "[]"
    assert "### needs {#stages.needs}" in of_keys(groups(tuple(KINDS)))


def test_every_command_is_there_with_its_words() -> None:
    found = described(gofigure)
    assert {one.name for one in found} == set(gofigure.list_commands(None))  # type: ignore[arg-type]
    for one in found:
        assert one.usage.startswith(f"gofigure {one.name}")
        assert one.words
    run = next(one for one in found if one.name == "run")
    assert any("--staged" in option.names for option in run.options)
    assert not any("--yes-to" in option.names for option in run.options)
    assert "## gofigure run" in of_commands(found)


def test_the_guide_is_cut_at_its_titles() -> None:
    found = sections("# A\none\n## B c\n```\n# no title\n```\n## D\n")
    assert [(one.anchor, one.title) for one in found] == [("a", "A"), ("b-c", "B c"), ("d", "D")]
    assert "# no title" in found[1].text
    assert len({one.anchor for one in sections()}) == len(sections()) > 5


def test_html_is_our_own_only() -> None:
    html = to_html("# T t\n<img src=x onerror=alert(1)>\n[file](docs/x.md) [bad](javascript:alert(1)) ![alt](x.png)\n")
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "<span>file</span>" in html
    assert "alt" not in html
    assert "<table>" not in to_html("| | |\n|---|---|\n| ![a](a.png) | ![b](b.png) |\n")
    assert "<table>" in to_html("| | |\n|---|---|\n| `a` | ![b](b.png) |\n")
    assert "<table>" not in to_html("| what | why |\n|---|---|\n| ![a](a.png) | ![b](b.png) |\n")
    assert '<h1 id="t-t">' in html
    assert 'href="https://x.y"' in to_html("[out](https://x.y)")
    for one in sections():
        assert not re.search(r'href="(?!https?://|#)', to_html(one.text)), one.title


def test_an_error_leads_to_the_words_of_its_key() -> None:
    assert anchor("stages.unit.needs[0]") == "stages.needs"
    assert anchor("stages.unit.nothing") == ""
    text = str(keyed("x.toml:3: jobs.check.on[1]: found <b>; jobs.check.nope; see stages.unit.env.A"))
    assert '<a href="/docs#jobs.on">jobs.check.on[1]</a>' in text
    assert "&lt;b&gt;" in text
    assert "jobs.check.nope" in text
    assert "#jobs.nope" not in text
