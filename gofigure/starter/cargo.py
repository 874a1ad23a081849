"""Rust: `cargo test` in the workspace, or in each crate."""

from __future__ import annotations

from gofigure.starter.commands import in_folders, lead_out
from gofigure.starter.facts import Draft, Found, Place

_FILE = "Cargo.toml"


def find(place: Place) -> Found | None:
    crates = place.below(_FILE)
    if not crates:
        return None
    folders = ("",) if "" in crates else crates  # the one at the root speaks for those below it
    manifests = [f"{folder}/{_FILE}" if folder else _FILE for folder in folders]
    lines = in_folders("cargo_test", "cargo test", folders, together=lead_out(place, manifests))
    told = manifests[0] + (f" and {len(manifests) - 1} more" if len(manifests) > 1 else "")
    draft = Draft(
        "cargo-test", "test", f"Tests: {told}", lines, "" if place.runs("cargo") else "cargo cannot be started"
    )
    return Found("Rust", tuple(manifests[:3]), (draft,))
