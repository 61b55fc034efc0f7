"""A report is named by an issue that it has: one made for it, or one that people linked with it."""

from __future__ import annotations

from typing import Any

from storage.searching.named import Name
from storage.status import Visibility
from storage.store import Store
from tests.factories import a_signal

ENG, SHOP = Name(("ENG-500",), ("slack", "tracker")), Name(("acme/shop#12",), ("slack", "tracker"))


def named(store: Store, *names: Name, channel: str = "") -> list[int]:
    return [
        each.report_id for each in store.search.candidates((), (), (), b"", names=names, visibility_channel=channel)
    ]


def a_filed(store: Store, **raw: Any) -> int:
    return a_signal(store, filed=True, **raw).report_id or 0


def test_what_was_made_and_what_was_linked_is_found_by_its_name_until_it_is_unlinked(store: Store) -> None:
    made, linked = a_filed(store), a_filed(store)
    store.tracked.want(made, "U1")
    assert named(store, ENG) == []
    store.tracked.made(made, "ENG-500", "https://linear.app/acme/issue/ENG-500")
    store.linked.link(linked, "https://code.example/acme/shop/issues/12", "acme/shop#12", "U1")

    assert named(store, ENG) == [made]
    assert named(store, SHOP, ENG) == [linked, made]
    assert named(store, Name(("ENG-50",), ("tracker",))) == []

    store.linked.unlink(linked, "https://code.example/acme/shop/issues/12", "U1")
    assert named(store, SHOP) == []


def test_of_what_was_merged_away_the_heir_is_found(store: Store) -> None:
    away, heir = a_filed(store), a_filed(store)
    store.linked.link(away, "https://code.example/acme/shop/issues/12", "acme/shop#12", "U1")
    store.corrections.merge(away, heir, by="U1")

    assert named(store, SHOP) == [heir]


def test_an_issue_of_a_private_report_names_it_in_its_own_channel_alone(store: Store) -> None:
    private = a_filed(store, visibility=Visibility.PRIVATE, channel="C9")
    store.linked.link(private, "https://code.example/acme/shop/issues/12", "acme/shop#12", "U1")

    assert named(store, SHOP) == named(store, SHOP, channel="C1") == []
    assert named(store, SHOP, channel="C9") == [private]
