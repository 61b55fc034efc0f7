"""A repository is named by its short name too, where that says which one is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.people.rehoming import repository_named
from agents.terms import Policy, Repository
from storage.status import Status
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, POLICY, SOLAR, Workplace, a_workplace
from tests.factories import a_report

NAMES = ("acme/app", "acme/Till", "mirror/app")
THREE = POLICY.model_copy(update={"repositories": tuple(Repository(name=name) for name in NAMES)})


@pytest.fixture
def shop(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    """A workplace whose policy knows three repositories, two of which share a short name."""
    with a_workplace(site, sqlite_store, tmp_path, THREE) as built:
        yield built


def typed(place: Workplace, text: str) -> str:
    return place.types(ADA, "/signalbox", text).body


@pytest.mark.parametrize(
    "name",
    [
        "till",
        "Till",
        "acme/till",
        "`TILL`",
        "https://github.com/acme/till",
        "<https://github.example:8443/acme/till.git>",
        "<https://github.com/acme/till/|github.com/acme/till>",
        "till.git",
    ],
)
def test_a_short_name_that_one_repository_has_is_enough(shop: Workplace, name: str) -> None:
    report = a_report(shop.store, status=Status.AWAITING_ANSWER, channel=SOLAR, repository="")

    assert "SB-1 is about `acme/Till`" in typed(shop, f"repository SB-1 {name}")
    assert shop.store.reports.get(report.id or 0).repository == "acme/Till"


def test_of_several_with_that_name_they_are_listed_and_nothing_changes(shop: Workplace) -> None:
    report = a_report(shop.store, status=Status.AWAITING_ANSWER, channel=SOLAR, repository="")

    told = typed(shop, "repository SB-1 app")

    assert "`app` may be any of `acme/app`, `mirror/app`: say it again with the owner." in told
    assert shop.store.reports.get(report.id or 0).repository == ""
    assert "SB-1 is about `mirror/app`" in typed(shop, "repository SB-1 mirror/app")


@pytest.mark.parametrize(
    "words", ["Wrong repository, it's till.", "repository: till.git", "repository: <https://github.com/acme/till>."]
)
def test_a_reply_may_use_it_too_and_other_words_stay_guidance(shop: Workplace, words: str) -> None:
    report = a_report(shop.store, status=Status.AWAITING_ANSWER, channel=SOLAR, repository="")
    root = shop.draw(report.id or 0)[0].ts

    shop.says(ADA, words, thread_ts=root)

    assert shop.store.reports.get(report.id or 0).repository == "acme/Till"
    assert repository_named("the repository is down", THREE) == ""


def test_where_no_repository_is_configured_that_is_said() -> None:
    assert repository_named("repository: app", Policy()) == ""
    assert repository_named("repository: acme/app", Policy()) == "acme/app"
