"""Switches that people set from Slack, such as `paused`, or the machine, such as `vectors`."""

from __future__ import annotations

from sqlmodel import Session, col, update

from storage.columns import now
from storage.plumbing import Switch
from storage.records import Report
from storage.status import WORKED_ON
from storage.transactions import Transactions, insert_once, locked

PAUSED = "paused"


class Switches:
    """The switches. One that nobody touched is off."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def put(self, name: str, on: bool, by: str) -> bool:  # noqa: FBT001 it is a switch
        """Turn it on or off; whether that changed anything."""
        with self._on.write() as session:
            return _put(session, name, on, by)

    def pause(self, on: bool, by: str) -> bool:  # noqa: FBT001 it is a switch
        """Stop all work, or have it go on; whether that changed anything. Slack shows what is worked on anew."""
        with self._on.write() as session:
            changed = _put(session, PAUSED, on, by)
            if changed:
                working = col(Report.status).in_(WORKED_ON)
                session.execute(update(Report).where(working).values(version=Report.version + 1))
            return changed

    def on(self, name: str) -> bool:
        """Whether it is on."""
        return self.get(name).on

    def get(self, name: str) -> Switch:
        """The switch, with who turned it last and when."""
        with self._on.read() as session:
            return session.get(Switch, name) or Switch(name=name)


def paused_by(session: Session) -> str:
    """Who paused all work; empty while it goes on."""
    switch = session.get(Switch, PAUSED)
    return switch.by if switch is not None and switch.on else ""


def _put(session: Session, name: str, on: bool, by: str) -> bool:  # noqa: FBT001 it is a switch
    insert_once(session, Switch(name=name))
    switch = locked(session, Switch, name)
    if switch.on is on:
        return False
    switch.on, switch.by, switch.at = on, by, now()
    return True
