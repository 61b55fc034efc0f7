"""Deliveries to webhooks: kept with the signal they bring, so that the same delivery is one signal however often."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete
from sqlmodel import col

from storage.columns import now
from storage.plumbing import Delivery
from storage.raw import RawSignal
from storage.signals.remembering import remember
from storage.transactions import Transactions, insert_once, locked

KEPT = dt.timedelta(days=7)  # an idempotency key is good for so long


class Reception(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    KNOWN = "known"  # the same key with the same body: it was received before
    CONFLICT = "conflict"  # the same key with another body


class Received(BaseModel):
    """The signal a delivery brought, now or earlier."""

    model_config = ConfigDict(frozen=True)

    signal_id: int
    reception: Reception


class Deliveries:
    """What webhooks were sent."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def receive(self, raw: RawSignal, key: str, body: bytes) -> Received:
        """Keep the signal and the key under which it was sent, in one transaction. An old key is forgotten."""
        name = f"{raw.source}:{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"
        body_hash = hashlib.sha256(body).hexdigest()
        with self._on.write() as session:
            session.execute(delete(Delivery).where(col(Delivery.received_at) < now() - KEPT))
            made = insert_once(session, Delivery(name=name, body_hash=body_hash))
            delivery = locked(session, Delivery, name)
            if made is None:
                same = delivery.body_hash == body_hash
                known = Reception.KNOWN if same else Reception.CONFLICT
                return Received(signal_id=delivery.signal_id or 0, reception=known)
            delivery.signal_id = remember(session, raw).signal_id
            return Received(signal_id=delivery.signal_id, reception=Reception.ACCEPTED)
