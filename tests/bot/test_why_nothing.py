"""Why did nothing come of my message? What its link, or a word in its thread, is answered with."""

from __future__ import annotations

import pytest

from bot.views.unfiled import NEVER, NOT_HERE
from storage.judgments import Screening, Threat
from storage.records import Signal
from storage.status import SignalStatus, Visibility
from tests.bot.conversation import Conversation
from tests.bot.corrections import a_public, said
from tests.bot.workplace import ADA, BOB, ELSEWHERE, GUS, QUIET, SECRET, SOLAR, Workplace
from tests.factories import a_report, a_signal, a_summary


def asked(talk: Conversation, ts: str, channel: str = SOLAR, where: str = "", more: str = "") -> str:
    link = talk.place.workspace.permalink(channel, ts)
    return said(talk.place, BOB, f"why {link}{more}", where or channel)


def is_set_aside(talk: Conversation, words: str = "lunch at 12?", channel: str = SOLAR) -> str:
    """Somebody's message that told of no problem."""
    ts = talk.place.workspace.say(ADA, channel, words)
    signal = talk.comes(ts, channel)
    talk.place.store.signals.drop(signal.id or 0, Screening(), a_summary(about_product=False))
    return ts


def test_of_a_message_that_was_set_aside_its_link_tells_so_and_what_to_do(talk: Conversation) -> None:
    ts = is_set_aside(talk)
    for where in (SOLAR, ELSEWHERE):
        told = asked(talk, ts, where=where)
        assert "I read it and set it aside: it seemed to tell of no problem in the product." in told
        assert "“Investigate this”" in told

    answer = talk.place.workspace.say(ADA, SOLAR, "or at 1?", ts)
    talk.rests()
    again = talk.comes(ts, when=lambda signal: signal.status is SignalStatus.AWAITING_DIGEST)
    talk.place.store.signals.drop(again.id or 0, Screening(), a_summary(about_product=False))
    query = f"?thread_ts={ts}&cid={SOLAR}"
    assert "set it aside" in asked(talk, answer, more=query)


def test_of_a_message_that_was_read_with_the_policys_notes_its_link_tells_that_too(talk: Conversation) -> None:
    ts = talk.place.workspace.say(ADA, SOLAR, "staging is down")
    signal = talk.comes(ts)
    talk.place.store.signals.drop(signal.id or 0, Screening(noted="a1b2"), a_summary(about_product=False))
    told = asked(talk, ts)
    assert "no problem in the product, read with the `notes` that the policy has of where it was said." in told


@pytest.mark.parametrize("words", ["why?", "why is this not here?", "why did you ignore this?", "why was it set aside"])
def test_beneath_a_message_that_was_set_aside_the_bot_is_asked_why(talk: Conversation, words: str) -> None:
    ts = is_set_aside(talk)
    talk.place.workspace.say(BOB, SOLAR, f"<@{talk.place.bot}> {words}", ts)
    talk.rests()

    (told,) = talk.place.whispers(BOB)
    assert told.startswith("I read it and set it aside")
    signal = talk.signal(ts)
    assert signal is not None
    assert signal.asked_by == ""


def test_what_else_may_have_become_of_a_message_is_told_by_its_link(talk: Conversation) -> None:
    place, ws = talk.place, talk.place.workspace
    waiting, held, gone = (ws.say(ADA, SOLAR, words) for words in ("it waits", "it is held", "it is gone"))
    talk.comes(waiting)
    why = Screening(threat=Threat.INSTRUCTION_OVERRIDE, quote="held", reason="r")
    place.store.signals.hold(talk.comes(held).id or 0, why, step="hold")
    talk.comes(gone)
    ws.delete(ADA, SOLAR, gone)
    talk.comes(gone, when=lambda signal: signal.status is SignalStatus.ERASED)

    assert "I have it, and have not read it yet." in asked(talk, waiting)
    assert "(instruction override). `/signalbox held` shows it" in asked(talk, held)
    assert "It was deleted" in said(place, BOB, f"why {SOLAR}/{gone}")
    assert f"I do not watch <#{QUIET}>" in asked(talk, ws.say(ADA, QUIET, "hm"), QUIET, SOLAR)
    assert "I never took that message in" in said(
        place, BOB, f"why https://a.slack.com/archives/{SOLAR}/p1790000000000000"
    )
    said(place, ADA, "pause")
    assert "everything is paused" in asked(talk, waiting)


def test_of_a_message_in_a_report_its_link_tells_why_it_is_there(place: Workplace) -> None:
    report = a_report(place.store, channel=SOLAR)
    card = place.draw(report.id or 0)[0]
    (signal,) = place.store.signals.of_report(report.id or 0)
    channel, _, ts = signal.external_id.partition("/")
    for link in (f"https://a.slack.com/archives/{channel}/p{ts.replace('.', '')}", signal.external_id,
                 place.workspace.permalink(SOLAR, card.ts)):  # fmt: skip
        assert "Why these signals are in SB-1" in said(place, BOB, f"why <{link}>")


def test_of_what_is_private_nothing_is_told_elsewhere_nor_to_guests(talk: Conversation) -> None:
    place = talk.place
    private = talk.comes(place.workspace.say(ADA, SECRET, "lunch?"), SECRET)
    place.store.signals.drop(private.id or 0, Screening(), a_summary(about_product=False))
    link = place.workspace.permalink(SECRET, private.thread_ts)
    assert said(place, BOB, f"why {link}") == NOT_HERE
    assert "set it aside" in said(place, ADA, f"why {link}", SECRET)

    report = a_public(place)
    moved: list[Signal] = place.store.signals.of_report(report.id or 0)
    assert moved
    assert "Guests cannot do this" in said(place, GUS, f"why {moved[0].external_id}")


def test_of_an_issue_that_was_set_aside_its_link_tells_so_and_what_to_do(place: Workplace) -> None:
    url = "https://code.example/acme/shop/issues/12"
    signal = a_signal(place.store, source="shop-issues", external_id="acme/shop#12", url=url)
    assert "I have it, and have not read it yet." in said(place, BOB, f"why {url}")
    place.store.signals.drop(signal.id or 0, Screening(), a_summary(about_product=False))

    for link in (url, f"<{url}>", f"<{url}|acme/shop#12>", f"{url}/", f"{url}#issuecomment-7"):
        told = said(place, BOB, f"why {link}")
        assert told.startswith("I read it and set it aside: it seemed to tell of no problem in the product.")
        assert "`/investigate`" in told
        assert "menu" not in told
    assert said(place, BOB, f"why {url}3") == NEVER
    assert "Guests cannot do this" in said(place, GUS, f"why {url}")


def test_of_an_issue_in_a_report_its_link_tells_why_it_is_there_and_of_a_private_one_nothing_elsewhere(
    place: Workplace,
) -> None:
    url = "https://code.example/acme/shop/issues/12"
    a_signal(place.store, filed=True, channel=SOLAR, source="shop-issues", external_id="acme/shop#12", url=url)
    assert "Why these signals are in SB-1" in said(place, BOB, f"why {url}")

    secret = f"{url}34"
    a_signal(place.store, source="hr", external_id="hr#1", url=secret, visibility=Visibility.PRIVATE, channel=SECRET)
    assert said(place, BOB, f"why {secret}") == NEVER
    assert "have not read it yet" in said(place, ADA, f"why {secret}", SECRET)
