"""Markdown of our own as HTML, by markdown-it: no markup in it counts, and nothing in it leads to a file."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gofigure.reference.markdown import anchor_of

_KEPT = ("http://", "https://", "#")


def to_html(text: str) -> str:
    """Titles get anchors. Links to files become plain text, and pictures their words: all is offline."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(tokens[at + 1].content))
        elif token.type == "inline":
            _tame(token.children or [])
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _tame(tokens: Sequence[Token]) -> None:
    leads: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            leads.append(str(token.attrGet("href") or "").startswith(_KEPT))
            if not leads[-1]:
                token.tag, token.attrs = "span", {}
        elif token.type == "link_close" and not leads.pop():
            token.tag = "span"
        elif token.type == "image":
            token.type, token.children = "text", None
