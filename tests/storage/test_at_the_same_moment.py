"""Two processes about one signal at the same moment: on PostgreSQL one reads a row before the other has written it."""

from __future__ import annotations

import threading
import time

from sqlmodel import Session

from storage.plumbing import FILING, Epoch
from storage.records import Signal
from storage.signals.erasing import erase_words
from storage.signals.keeping import News, Remembered
from storage.status import SignalStatus
from storage.store import Store
from storage.transactions import locked
from tests.factories import a_raw_signal, a_signal


def test_what_was_deleted_while_an_edit_of_it_was_on_its_way_stays_deleted(store: Store) -> None:
    signal = a_signal(store, source="errors", external_id="SHOP-1")
    brought: list[Remembered] = []
    edit = a_raw_signal(source="errors", external_id="SHOP-1", body="Jane's words, said otherwise")
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        epoch = locked(session, Epoch, FILING)
        editing = threading.Thread(target=lambda: brought.append(store.signals.remember(edit)))
        editing.start()
        time.sleep(0.3)  # it has read the row, and waits for its turn to write
        erase_words(session, locked(session, Signal, signal.id or 0), epoch)
    editing.join(20)

    kept = store.signals.get(signal.id or 0)
    assert (kept.status, kept.body, brought[0].news) == (SignalStatus.ERASED, "", News.DUPLICATE)
