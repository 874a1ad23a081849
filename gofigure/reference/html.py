"""Markdown of our own as HTML, by markdown-it: no markup in it counts, and nothing in it leads to a file."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gofigure.reference.markdown import anchor_of

_KEPT = ("http://", "https://", "#")


def to_html(text: str) -> str:
    """Titles get anchors. Links to files become plain text, and pictures are left out: all is offline."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(tokens[at + 1].content))
        elif token.type == "inline":
            token.children = [one for one in token.children or [] if one.type != "image"]
            _tame(token.children)
    return str(markdown.renderer.render(_without_empty_tables(tokens), markdown.options, {}))


def _tame(tokens: Sequence[Token]) -> None:
    leads: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            leads.append(str(token.attrGet("href") or "").startswith(_KEPT))
            if not leads[-1]:
                token.tag, token.attrs = "span", {}
        elif token.type == "link_close" and not leads.pop():
            token.tag = "span"


def _without_empty_tables(tokens: Sequence[Token]) -> list[Token]:
    """Such as one of pictures; a head above nothing is empty, too."""
    found: list[Token] = []
    began = body = 0
    for token in tokens:
        if token.type == "table_open":
            began = body = len(found)
        elif token.type == "tbody_open":
            body = len(found)
        found.append(token)
        if token.type == "table_close" and not any(
            one.content.strip() for cell in found[body:] for one in cell.children or ()
        ):
            del found[began:]
    return found
