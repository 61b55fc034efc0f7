"""Exact keys of signals, as they are kept."""

from __future__ import annotations

import hashlib

from storage.raw import KEY_LIMIT

_MOST = 50


def fitted(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys as they are kept: one that is too long ends in a hash of itself."""
    return tuple(dict.fromkeys(_fit(key) for key in keys[:_MOST] if key))


def _fit(key: str) -> str:
    if len(key) <= KEY_LIMIT:
        return key
    hashed = hashlib.sha256(key.encode(errors="replace")).hexdigest()
    return f"{key[: KEY_LIMIT - len(hashed) - 1]}~{hashed}"
