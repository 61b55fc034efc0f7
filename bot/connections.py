"""Whether somebody else listens to our Slack app: Slack gives each event to one of its connections, and to no other.

When a socket opens Slack says how many there are. Each of our processes has one at most; more belong to an installation
with another database, and then each of the two hears a part of what is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from storage.errors import DatabaseDown
from storage.store import Store

log = structlog.get_logger()

SEEN = "slack:connections"  # the cursor that keeps what Slack said last


@dataclass
class Connections:
    """Compares what Slack counts with our own processes."""

    store: Store
    _greeted: bool = False

    def greeted(self, open_now: int) -> None:
        """Slack said how many connections are open, ours included; at a renewal our former one may be among them."""
        former, self._greeted = int(self._greeted), True
        try:
            ours = sum(not worker.ends for worker in self.store.leases.workers())
            strangers = max(0, open_now - former - max(ours, 1))
            self.store.cursors.advance(SEEN, str(strangers), [])
        except DatabaseDown as error:
            log.warning("how many listen to our Slack app is not known", error=str(error))
            return
        if strangers:
            log.warning("the Slack app is listened to from elsewhere", what=others_listen(strangers), open=open_now)


def others_listen(strangers: int) -> str:
    """What is wrong with so many connections of others, and what to do."""
    many = "another connection is" if strangers == 1 else f"{strangers} other connections are"
    return (
        f"{many} open to this Slack app than those of this database's processes, and Slack gives each event to one of "
        "them alone, so that a part of them never comes here; stop the other installation, give it a Slack app of its "
        "own, or have both use the same DATABASE_URL"
    )


def strangers_seen(store: Store) -> int:
    """How many connections of others there were when our socket opened last."""
    value = store.cursors.get(SEEN).value
    return int(value) if value.isdigit() else 0
