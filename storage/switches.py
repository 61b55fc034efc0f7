"""Switches that people set from Slack, such as `paused`, or the machine, such as `vectors`."""

from __future__ import annotations

from storage.columns import now
from storage.plumbing import Switch
from storage.transactions import Transactions, insert_once, locked


class Switches:
    """The switches. One that nobody touched is off."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def put(self, name: str, on: bool, by: str) -> bool:  # noqa: FBT001 it is a switch
        """Turn it on or off; whether that changed anything."""
        with self._on.write() as session:
            insert_once(session, Switch(name=name))
            switch = locked(session, Switch, name)
            if switch.on is on:
                return False
            switch.on, switch.by, switch.at = on, by, now()
            return True

    def on(self, name: str) -> bool:
        """Whether it is on."""
        return self.get(name).on

    def get(self, name: str) -> Switch:
        """The switch, with who turned it last and when."""
        with self._on.read() as session:
            return session.get(Switch, name) or Switch(name=name)
