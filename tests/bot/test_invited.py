"""Who brings the bot into a channel that the policy does not name hears what to do, and nobody else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.listeners.events import deal_with
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, ELSEWHERE, EVE, POLICY, SECRET, SOLAR, Workplace, a_workplace


def joins(place: Workplace, channel: str, *, user: str = "", event_id: str = "EvJoined", **fields: str) -> None:
    event = {"type": "member_joined_channel", "user": user or place.bot, "channel": channel, "channel_type": "C"}
    assert place.event({**event, **fields}, event_id).status == 200
    place.settles()


def test_who_invited_us_hears_which_lines_to_write_and_how_to_ask_until_then(place: Workplace) -> None:
    for _ in range(2):  # Slack delivers it twice
        joins(place, ELSEWHERE, inviter=BOB)
    deal_with("EvJoined", place.deps)

    (told,) = place.whispers(BOB)
    assert f'[[channels]]\nid = "{ELSEWHERE}"```' in told
    assert ":mag:" in told
    assert "restarts me" in told


def test_of_a_private_channel_the_lines_say_that_it_is(place: Workplace) -> None:
    joins(place, ELSEWHERE, inviter=BOB, channel_type="G")

    (told,) = place.whispers(BOB)
    assert 'visibility = "private"' in told


@pytest.mark.parametrize(
    ("channel", "fields"),
    [
        (SOLAR, {"inviter": BOB}),
        (SECRET, {"inviter": BOB}),
        (ELSEWHERE, {}),
        (ELSEWHERE, {"inviter": EVE}),
        (ELSEWHERE, {"inviter": BOB, "user": ADA}),
    ],
)
def test_nobody_hears_of_what_is_watched_or_of_others_who_join(
    place: Workplace, channel: str, fields: dict[str, str]
) -> None:
    joins(place, channel, **fields)

    assert [place.whispers(user) for user in (ADA, BOB, EVE)] == [[], [], []]
    assert (place.store.inbox.get("EvJoined") is None) == ("user" in fields)


def test_a_channel_that_reports_or_notes_go_to_is_known(site: Site, sqlite_store: Store, tmp_path: Path) -> None:
    known = POLICY.model_copy(update={"held_notes_to": ELSEWHERE})
    with a_workplace(site, sqlite_store, tmp_path, policy=known) as place:
        joins(place, ELSEWHERE, inviter=BOB)

        assert place.whispers(BOB) == []
