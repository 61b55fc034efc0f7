"""The redactor of this installation, and its key."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from agents.errors import BadSettings
from agents.redaction.redact import Redactor
from bot.home import at_home
from bot.settings import Settings, secret

_PATIENCE = 1.0  # seconds, until another process that makes the key has written it


def redactor_of(settings: Settings) -> Redactor:
    """The redactor of this installation. Raises BadSettings when its key is not to be had."""
    return Redactor(_key(settings))


def _key(settings: Settings) -> bytes:
    """The key of the placeholders: from the environment, or made once and kept where only we can read it.

    Several processes may make it at the same time: one does, the others take that one's.
    """
    if settings.signalbox_key:
        return secret(settings.signalbox_key).encode()
    file: Path = settings.signalbox_home / "redaction.key"
    with at_home(settings.signalbox_home):
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _kept(file)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_hex(32).encode())
        return _kept(file)


def _kept(file: Path) -> bytes:
    deadline = time.monotonic() + _PATIENCE
    while not (key := file.read_bytes()):
        if time.monotonic() > deadline:
            raise BadSettings(f"{file} is empty: who made it ended before it was written. Remove it, and start again.")
        time.sleep(0.01)
    return key
