"""Who else listens to our Slack app is told from what Slack says when a socket opens."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.connections import Connections, strangers_seen
from bot.slack.socket_mode import Socket
from storage.store import Store
from tests.bot.workplace import Workplace, wait_for


@pytest.mark.parametrize(
    ("processes", "greetings", "strangers"),
    [
        (1, [1], 0),
        (1, [2], 1),
        (2, [2], 0),
        (2, [4], 2),
        (1, [1, 2], 0),  # Slack has sockets renewed: the former one is still open
        (1, [1, 3], 1),
    ],
)
def test_connections_beyond_those_of_our_processes_are_told_of(
    sqlite_store: Store, processes: int, greetings: list[int], strangers: int
) -> None:
    for number in range(processes):
        sqlite_store.leases.beat(f"w{number}", "here", 1, 1.0)
    sqlite_store.leases.beat("ended", "here", 1, 1.0)
    sqlite_store.leases.ends("ended")
    connections = Connections(sqlite_store)
    with capture_logs() as logged:
        for number in greetings:
            connections.greeted(number)

    assert strangers_seen(sqlite_store) == strangers
    assert [each["log_level"] for each in logged] == ["warning"] * bool(strangers)


def test_slack_says_how_many_there_are_when_a_socket_opens(place: Workplace) -> None:
    greetings: list[int] = []
    sockets = [
        Socket(place.app, place.workspace.seed.app.app_token, place.deps.courtesy, greetings.append) for _ in range(2)
    ]
    sockets[0].connect()
    wait_for(lambda: len(greetings) == 1)
    sockets[1].connect()
    wait_for(lambda: len(greetings) == 2)
    for socket in sockets:
        socket.close()

    assert greetings == [1, 2]
