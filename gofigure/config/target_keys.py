"""The keys of single targets, as part of the schema table; their values are Stage.settings."""

from __future__ import annotations

from gofigure.config.kinds import Key

TARGET_KEYS: tuple[Key, ...] = ()
