"""What a terminal would swallow: colours and other control sequences in the output of commands."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|[\x00-\x08\x0b-\x1f\x7f]")


def printed(output: str) -> str:
    """The output as text: no control sequences, no NULs, of rewritten lines what stood there last."""
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in output.split("\n"))
    return _CONTROL.sub("", "\n".join(lines))
