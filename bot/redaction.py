"""The redactor of this installation, and its key."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

import structlog

from agents.errors import BadSettings
from agents.redaction.redact import Redactor
from bot.home import at_home
from bot.settings import Settings, secret
from storage.store import Store

log = structlog.get_logger()

MARK = "redaction:key"  # the cursor that keeps what the key made of _SAMPLE, which tells it from others
_SAMPLE = "which.key@signalbox.example"
_FILE = "redaction.key"
_PATIENCE = 1.0  # seconds, until another process that makes the key has written it


def redactor_of(settings: Settings) -> Redactor:
    """The redactor of this installation. Raises BadSettings when its key is not to be had."""
    return Redactor(_key(settings))


def note_key(store: Store, redactor: Redactor) -> None:
    """Keep which key is used from now on; the log says so once where it was another one."""
    if told := other_key(store, redactor):
        log.warning("the redaction key was changed", what=told)
    store.cursors.advance(MARK, redactor.text(_SAMPLE), [])


def other_key(store: Store, redactor: Redactor | None) -> str:
    """That whoever was started last used another key than this, or than none, and what to do; empty if it did not."""
    if store.cursors.get(MARK).value in ("", redactor.text(_SAMPLE) if redactor else ""):
        return ""
    return (
        "what is kept was redacted with another key than is here: the same address or number gets another placeholder, "
        "and what is heard or pulled again counts as changed; unless that is meant, stop, put redaction.key in "
        "SIGNALBOX_HOME or SIGNALBOX_KEY back as it was, the same on every machine, and start again"
    )


def kept_redactor(settings: Settings) -> Redactor | None:
    """The redactor of this installation if it has a key already; nothing is made."""
    is_kept = settings.signalbox_key or (settings.signalbox_home / _FILE).exists()
    return redactor_of(settings) if is_kept else None


def _key(settings: Settings) -> bytes:
    """The key of the placeholders: from the environment, or made once and kept where only we can read it.

    Several processes may make it at the same time: one does, the others take that one's.
    """
    if settings.signalbox_key:
        return secret(settings.signalbox_key).encode()
    file: Path = settings.signalbox_home / _FILE
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
