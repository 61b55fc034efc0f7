"""Slack's writing of text: `&`, `<` and `>` that somebody typed arrive escaped, so that they are no markup."""

from __future__ import annotations

import re
from collections.abc import Callable

_ESCAPED = re.compile("&(amp|lt|gt);")
# While it is redacted, a typed < or > must be told apart from markup. Nobody else uses these two characters.
_TYPED = {"amp": "&", "lt": "\U0010fff0", "gt": "\U0010fff1"}
_WRITTEN = str.maketrans({"&": "&amp;", "\U0010fff0": "&lt;", "\U0010fff1": "&gt;"})


def redacted(text: str, redact: Callable[[str], str]) -> str:
    """The text, redacted as it was typed and written again as Slack writes it; mentions and links stay.

    Read as it arrives, a password that holds an & would end there, and its rest would be left.
    """
    if "&" not in text:
        return redact(text)
    return redact(_ESCAPED.sub(lambda found: _TYPED[found[1]], text)).translate(_WRITTEN)
