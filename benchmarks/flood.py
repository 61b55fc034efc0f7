"""A flood: ten thousand signals a minute from one webhook, while people and another tool go on reporting.

What is asked: is anything lost, do the others wait, do the fatal ones come first, and does Slack get more posts than
it takes?
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import requests
from sqlalchemy import select
from sqlmodel import col

from benchmarks.town import a_town
from bot.sources.webhooks.webhook import sign
from playground.town import Town
from playground.townsfolk import FLEET, MAYA, SOLAR
from playground.workspace.records import Call
from storage.columns import now
from storage.database import open_store
from storage.raw import Severity
from storage.records import Signal
from storage.store import Store

A_MINUTE = 10_000  # signals
_SENDERS = 4
_FATAL_EVERY = 250
_OTHERS_EVERY = 2.0  # seconds between two signals of the quiet sources
_PROBLEMS = 40  # in the flood
_POSTS = frozenset({"chat.postMessage", "files.completeUploadExternal"})
_WINDOW = 10  # seconds; Slack takes about one post a second and channel, and a few more at once
_POLICY = """
[sources.{name}]
kind = "webhook"
report_to = "{channel}"
trusted = true
options = {{ secret = "BENCH_SECRET", per_minute = "100000" }}
"""


@dataclass
class _Sent:
    """What was sent, and what was not taken."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)


def measure(url: str, number: int, patience: float) -> None:
    """Send a flood of so many signals at the pace of ten thousand a minute, then wait `patience` seconds at most."""
    os.environ["BENCH_SECRET"] = secret = secrets.token_hex(16)
    port = _free_port()
    environment = {"BENCH_SECRET": secret, "SIGNALBOX_HTTP_PORT": str(port)}
    policy = _POLICY.format(name="flood", channel=SOLAR) + _POLICY.format(name="quiet", channel=FLEET)
    with a_town(url, policy=policy, environment=environment) as town:
        store = open_store(town.database)
        sender = _Sender(f"http://127.0.0.1:{port}/signals", secret.encode(), _Sent())
        began = time.monotonic()
        said = _send_all(town, sender, number)
        sent = time.monotonic() - began
        taken, refused = sender.sent.taken["flood"], sum(sender.sent.refused.values())
        print(f"   sent {number:,} in {sent:.0f} s, taken {taken:,}, refused {refused}", flush=True)
        at_the_end = store.signals.counts().waiting
        _wait(store, patience)
        _tell_lost(store, {**sender.sent.taken, "slack": said}, at_the_end, time.monotonic() - began)
        _tell_delays(store)
        _tell_posts(town)
        store.close()


@dataclass(frozen=True)
class _Sender:
    """Posts signed signals to the bot's webhooks."""

    address: str
    secret: bytes
    sent: _Sent

    def send(self, session: requests.Session, source: str, number: int) -> None:
        problem = f"Worker {number % _PROBLEMS} of the import stopped with exit code {number % _PROBLEMS + 1}"
        fatal = source == "flood" and number % _FATAL_EVERY == _FATAL_EVERY - 1
        signal = {
            "id": f"{source}-{number}",
            "title": problem,
            "body": f"{problem}. Batch {number} was left half done at row {number * 17 % 9973}.",
            "severity": "fatal" if fatal else "error",
            "keys": [f"{source}:{number % _PROBLEMS}"],
        }
        body, key, at = json.dumps(signal).encode(), f"{source}-{number}", str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Signalbox-Source": source,
            "Signalbox-Timestamp": at,
            "Signalbox-Signature": sign(self.secret, at, source, key, body),
        }
        answer = session.post(self.address, data=body, headers=headers, timeout=60)
        with self.sent.lock:
            if answer.ok:
                self.sent.taken[source] += 1
            else:
                self.sent.refused[answer.status_code] += 1


def _send_all(town: Town, sender: _Sender, number: int) -> int:
    """The flood from several senders, and meanwhile the others; how many messages were said in Slack."""
    over = threading.Event()
    began = time.monotonic()

    def flood(first: int) -> None:
        with requests.Session() as session:
            for each in range(first, number, _SENDERS):
                time.sleep(max(0.0, began + each * 60 / A_MINUTE - time.monotonic()))
                sender.send(session, "flood", each)

    said = 0
    senders = [threading.Thread(target=flood, args=(first,)) for first in range(_SENDERS)]
    for thread in senders:
        thread.start()
    with requests.Session() as session:
        while not over.wait(_OTHERS_EVERY) and any(thread.is_alive() for thread in senders):
            town.workspace.say(MAYA, FLEET, f"the tracker of van {said * 7} has an error again, it shows trip {said}")
            sender.send(session, "quiet", said)
            said += 1
    for thread in senders:
        thread.join()
    return said


def _wait(store: Store, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and store.signals.counts().waiting:
        time.sleep(1.0)


def _tell_lost(store: Store, due: dict[str, int], at_the_end: int, seconds: float) -> None:
    with store.engine.connect() as connection:
        kept = Counter(connection.execute(select(col(Signal.source))).scalars())
    lost = {source: count - kept[source] for source, count in due.items() if count != kept[source]}
    counts = store.signals.counts()
    print(
        f"   kept {sum(kept.values()):,}, lost {lost or 'none'}; waiting when the flood ended {at_the_end:,}, "
        f"{seconds:.0f} s after it began {counts.waiting:,} ({counts.filed / seconds:.1f} filed a second)"
    )


def _tell_delays(store: Store) -> None:
    """From the moment a signal was taken to its filing; what waits still has waited until now."""
    at = now()
    rows: dict[str, list[float]] = {}
    with store.engine.connect() as connection:
        for source, severity, received, filed in connection.execute(
            select(col(Signal.source), col(Signal.severity), col(Signal.received_at), col(Signal.filed_at))
        ):
            name = f"{source}, fatal" if severity is Severity.FATAL else source
            rows.setdefault(name, []).append(((filed or at) - received).total_seconds())
    for name, delays in sorted(rows.items()):
        late = sorted(delays)[int(len(delays) * 0.95)]
        print(f"   {name}: {len(delays):,}, filed after p50 {statistics.median(delays):.1f} s, p95 {late:.1f} s")


def _tell_posts(town: Town) -> None:
    """How many posts Slack was sent, against what it takes: one a second and channel, after a short burst."""
    posts: dict[str, list[Call]] = {}
    for call in town.workspace.calls():
        if call.method in _POSTS:
            posts.setdefault(str(call.args.get("channel") or call.args.get("channel_id")), []).append(call)
    for channel, calls in sorted(posts.items()):
        moments = [call.at for call in calls]
        fullest = max(sum(1 for each in moments if 0 <= each - first < _WINDOW) for first in moments)
        refused = sum(call.status == 429 for call in calls)
        print(
            f"   posts to {channel}: {len(calls)} in {moments[-1] - moments[0]:.0f} s, at most {fullest} in any "
            f"{_WINDOW} s, refused as too many {refused}"
        )
    print(f"   edits of messages: {len(town.workspace.calls('chat.update'))}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
