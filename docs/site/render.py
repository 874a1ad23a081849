"""One page's Markdown as HTML: titles with anchors, links between pages, and what a search finds in it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gofigure.reference.markdown import anchor_of

_SAID = re.compile(r" ?\{#([\w.-]+)\}$")
_OUT = re.compile(r"[a-z]+://|mailto:")

Leads = Callable[[str], str]  # from a path of the repository to an address from this page


class Heading(NamedTuple):
    level: int
    anchor: str
    title: str


class Found(NamedTuple):
    """What stands below one title, for the search."""

    anchor: str
    title: str
    words: str


class Rendered(NamedTuple):
    html: str
    headings: tuple[Heading, ...]
    found: tuple[Found, ...]


def render(text: str, *, source: str, leads: Leads) -> Rendered:
    """`source`: the path from which links of this text are meant. Raw HTML in it is text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    headings = _headings(tokens)
    for token in tokens:
        if token.type == "inline":
            _lead(token.children or [], os.path.dirname(source), leads)
    html = str(markdown.renderer.render(_in_frames(tokens), markdown.options, {}))
    html = html.replace("<pre>", '<pre tabindex="0">')  # what scrolls must be reached by keys; in code it is escaped
    return Rendered(html, tuple(headings), tuple(_found(tokens, headings)))


def _headings(tokens: list[Token]) -> list[Heading]:
    """Every title gets an anchor: the one it says, or one of its words; of equal ones the later get a number."""
    found: list[Heading] = []
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        inline = tokens[at + 1]
        said = _SAID.search(inline.content)
        if said:
            inline.content = inline.content[: said.start()]
            for child in inline.children or []:
                child.content = _SAID.sub("", child.content)
        title = _words(inline)
        anchor = _new(said[1] if said else anchor_of(inline.content), {one.anchor for one in found})
        token.attrSet("id", anchor)
        found.append(Heading(int(token.tag[1]), anchor, title))
    return found


def _new(anchor: str, taken: set[str]) -> str:
    number, name = 0, anchor
    while name in taken:
        number += 1
        name = f"{anchor}-{number}"
    return name


def _lead(tokens: list[Token], folder: str, leads: Leads) -> None:
    for token in tokens:
        attribute = {"link_open": "href", "image": "src"}.get(token.type)
        if attribute is None:
            continue
        address = str(token.attrGet(attribute) or "")
        if not _OUT.match(address) and not address.startswith("#"):
            path, mark, anchor = address.partition("#")
            token.attrSet(attribute, leads(os.path.normpath(os.path.join(folder, path))) + mark + anchor)


def _in_frames(tokens: list[Token]) -> list[Token]:
    """A wide table scrolls in a frame of its own, and not the page with it; each cell knows its column."""
    framed: list[Token] = []
    titles: list[str] = []
    column = 0
    for at, token in enumerate(tokens):
        if token.type == "table_open":
            titles = []
            framed.append(Token("frame_open", "div", 1, attrs={"class": "wide", "tabindex": "0"}, block=True))
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            titles.append(_words(tokens[at + 1]))
        elif token.type == "td_open":
            token.attrSet("data-of", titles[column] if column else "")  # for a phone, where columns are lines
            column += 1
        if token.type in {"th_open", "th_close"} and not tokens[at + token.nesting].content:
            token.tag = "td"  # a corner without words is the title of nothing
        framed.append(token)
        if token.type == "table_close":
            framed.append(Token("frame_close", "div", -1, block=True))
    return framed


def _found(tokens: list[Token], headings: list[Heading]) -> list[Found]:
    texts: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            texts.append([])
        elif texts and token.type in {"inline", "fence", "code_block"} and tokens[at - 1].type != "heading_open":
            texts[-1].append(_words(token))
    return [
        Found(one.anchor, one.title, " ".join(" ".join(words).split()))
        for one, words in zip(headings, texts, strict=True)
    ]


def _words(token: Token) -> str:
    return "".join(child.content or " " for child in token.children) if token.children else token.content
