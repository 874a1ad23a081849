"""The keys of single targets, as part of the schema table; their values are Stage.settings."""

from __future__ import annotations

from gofigure.config.checkout_keys import CHECKOUT_KEYS
from gofigure.config.deploy_keys import DEPLOY_KEYS
from gofigure.config.docker_keys import DOCKER_KEYS
from gofigure.config.kinds import Key

TARGET_KEYS: tuple[Key, ...] = (*CHECKOUT_KEYS, *DEPLOY_KEYS, *DOCKER_KEYS)
