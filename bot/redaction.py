"""The redactor of this installation, and its key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from agents.redact import Redactor
from bot.settings import Settings, secret
from storage.private_files import private_folder


def redactor_of(settings: Settings) -> Redactor:
    """The redactor of this installation."""
    return Redactor(_key(settings))


def _key(settings: Settings) -> bytes:
    """The key of the placeholders: from the environment, or made once and kept where only we can read it."""
    if settings.signalbox_key:
        return secret(settings.signalbox_key).encode()
    file: Path = settings.signalbox_home / "redaction.key"
    private_folder(settings.signalbox_home)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(secrets.token_hex(32).encode())
    return file.read_bytes()
