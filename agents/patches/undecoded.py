"""Text that is not all UTF-8: each byte that cannot be decoded is carried as one private character, and back. Pure.

So a file in Latin-1 can be read, changed and reviewed line by line, and every byte of it stays what it is.
"""

from __future__ import annotations

import re

_FIRST = 0x10F700  # private characters, one for each byte; those below 0x80 are never needed
_OURS = re.compile(f"[{chr(_FIRST + 0x80)}-{chr(_FIRST + 0xFF)}]")
_LONE = range(0xDC80, 0xDD00)  # what Python makes of such bytes; no database takes those
_IN = {lone: _FIRST + lone - 0xDC00 for lone in _LONE}
_OUT = {_FIRST + lone - 0xDC00: lone for lone in _LONE}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def text_of(raw: bytes) -> str:
    """The bytes as text. Raises ValueError where it could not be told apart from text that holds our characters."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode(errors="surrogateescape")
    if _OURS.search(text):
        raise ValueError("it holds private characters that stand for bytes here")
    return text.translate(_IN) if not text.isascii() else text


def bytes_of(text: str) -> bytes:
    """The bytes of such a text."""
    if not _OURS.search(text):
        return text.encode()
    return text.translate(_OUT).encode(errors="surrogateescape")


def is_binary(text: str) -> bool:
    """Whether what was carried like that is no text in any encoding: it holds control characters too."""
    return _OURS.search(text) is not None and _CONTROL.search(text) is not None
