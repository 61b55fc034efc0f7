"""On the playground, without a model: from message to card, acks under load, and digests a second."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playground.product import prepare
from playground.town import Mind, Town
from playground.townsfolk import FLEET, LOUNGE, MAYA, SOLAR
from playground.workspace.seed import Rules
from storage.database import open_store
from storage.status import SignalStatus

CACHE = Path("var/playground")
_COMPLAINTS = (
    "checkout crashes with a NullPointerException when the cart holds a voucher",
    "the invoice PDF of October is blank, customers are calling",
    "single sign-on fails for everybody at Contoso since the certificate was renewed",
    "search returns nothing for umlauts any more",
    "push notifications arrive twice on Android 15",
    "the map freezes when zooming out over the Pacific",
    "nightly backup failed: No space left on device on db-2",
    "uploading a 4 GB video ends in 413 Request Entity Too Large",
    "calendar invitations show the wrong hour after the switch to winter time",
    "the CSV importer drops the last row if there is no newline at the end",
    "dark mode makes the password field unreadable",
    "webhooks to Zapier time out with 504 since ten o'clock",
    "avatar images are stretched in Safari",
    "the unsubscribe link leads to a broken page",
    "Kafka consumer lag of the billing topic grows without end, OffsetOutOfRangeException",
    "printing labels cuts off the barcode on the Zebra printer",
    "the iOS app logs people out every hour",
    "two-factor codes by text message never arrive in Brazil",
    "sorting the orders by price puts 1000 before 200",
    "the video call has no sound when a headset is plugged in late",
    "exporting to Excel garbles the currency symbols",
)


def cards(url: str, number: int) -> None:
    """From the moment a message is said to the moment its report's card is in Slack."""
    with a_town(url) as town:
        took = []
        for count, text in enumerate(_COMPLAINTS[: number + 1]):
            began = time.monotonic()
            town.workspace.say(MAYA, (SOLAR, FLEET)[count % 2], f"{text}, this is an error")
            _await_cards(town, count + 1)
            took.append((time.monotonic() - began) * 1000)
            time.sleep(2.5)  # Slack takes about one post a second and channel: a burst would measure that limit
        warm = sorted(took[1:])
        print(
            f"message to card: p50 {statistics.median(warm):.0f} ms, slowest {warm[-1]:.0f} ms, first {took[0]:.0f} ms"
        )


def _await_cards(town: Town, number: int) -> None:
    town.workspace.wait_for(lambda: len(_cards_of(town)) >= number, 20.0, "a card")


def _cards_of(town: Town) -> list[str]:
    return [
        m.ts for channel in (SOLAR, FLEET) for m in town.workspace.messages(channel) if m.bot_id and not m.thread_ts
    ]


def load(url: str, rate: int, seconds: int) -> None:
    """Ack latency at `rate` events a second, what was lost, and how fast the signals were digested."""
    with a_town(url) as town:
        began = time.monotonic()
        for number in range(rate * seconds):
            ahead = began + number / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            channel = (SOLAR, FLEET, LOUNGE)[number % 3]
            town.workspace.say(MAYA, channel, f"good morning number {number}, the coffee is ready")
        offered = rate * seconds / (time.monotonic() - began)
        town.workspace.wait_for(lambda: not town.workspace.unacked(), 60.0, "every ack")
        acks = sorted(
            (envelope.acked_at - envelope.created_at) * 1000
            for envelope in town.workspace.envelopes("events_api")
            if envelope.acked_at is not None and envelope.label == "message"
        )
        p50, p99 = acks[len(acks) // 2], acks[int(len(acks) * 0.99)]
        print(f"ack at {offered:.0f} events/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms, slowest {acks[-1]:.0f} ms")
        _digests(town, rate * seconds, began)


def _digests(town: Town, events: int, began: float) -> None:
    store = open_store(town.database)
    expected = sum(1 for number in range(events) if number % 3 != 2)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        counts = store.signals.counts()
        if counts.total >= expected and not counts.waiting:
            break
        time.sleep(0.2)
    took = time.monotonic() - began
    counts = store.signals.counts()
    lost = expected - counts.total
    print(f"digests: {counts.total} signals in {took:.0f} s, {counts.total / took:.1f} a second, lost {lost}, "
          f"still waiting {counts.waiting} ({SignalStatus.AWAITING_DIGEST.value})")  # fmt: skip


@contextmanager
def a_town(url: str, policy: str = "", environment: dict[str, str] | None = None, **more: Any) -> Iterator[Town]:
    """The playground with a bot that is connected; `policy` and `environment` are added to the bot's own.

    `more` is what else is said of the town.
    """
    product = prepare(CACHE, print)
    root = Path(tempfile.mkdtemp(prefix="signalbox-bench-"))
    rules = Rules(ack_seconds=30.0, redelivery=(30.0,))
    try:
        with Town(root, product, mind=Mind.NONE, database_url=url, rules=rules, **more) as town:
            with (root / "signalbox.toml").open("a", encoding="utf-8") as file:
                file.write(policy)
            town.extra_environment.update(environment or {})
            town.start_bot()
            town.workspace.wait_for(lambda: town.workspace.connected > 0, 30.0, "the bot")
            yield town
    finally:
        shutil.rmtree(root, ignore_errors=True)
