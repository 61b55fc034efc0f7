"""The key of the placeholders: made once, whoever starts at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agents.errors import BadSettings
from bot.redaction import note_key, other_key, redactor_of
from bot.settings import Settings
from storage.store import Store

TOLD = "write to jane.doe@example.com"


def test_those_who_start_while_the_key_is_made_take_it_once_it_is_written(tmp_path: Path) -> None:
    settings = Settings(signalbox_home=tmp_path / "home")
    settings.signalbox_home.mkdir()
    key = settings.signalbox_home / "redaction.key"
    key.touch()  # another process is about to write it

    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(lambda: redactor_of(settings).text(TOLD)) for _ in range(2)]
        threading.Timer(0.1, key.write_bytes, [b"k" * 64]).start()
        placeholders = {each.result() for each in told}

    assert placeholders == {redactor_of(settings).text(TOLD)}
    assert "jane.doe" not in "".join(placeholders)


def test_a_key_that_was_never_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "redaction.key").touch()

    with pytest.raises(BadSettings, match=r"redaction\.key is empty.* Remove it"):
        redactor_of(Settings(signalbox_home=tmp_path))


def test_another_key_than_that_of_the_last_start_is_told(store: Store) -> None:
    first, other = (redactor_of(Settings(signalbox_key=letter * 64)) for letter in "ab")

    assert other_key(store, first) == other_key(store, None) == ""
    note_key(store, first)

    assert other_key(store, first) == ""
    assert "put redaction.key in SIGNALBOX_HOME or SIGNALBOX_KEY back" in other_key(store, other)
    assert other_key(store, None) == other_key(store, other)
    note_key(store, other)  # whoever starts all the same means it
    assert other_key(store, other) == ""
