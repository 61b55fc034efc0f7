"""The composition root: the only place that builds real things."""

from __future__ import annotations

import structlog

log = structlog.get_logger()
