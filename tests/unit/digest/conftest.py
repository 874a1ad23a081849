"""Hypothesis keeps what it learns outside the source tree."""

from __future__ import annotations

import tempfile

from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(tempfile.gettempdir() + "/gofigure-hypothesis")
