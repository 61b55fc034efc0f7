"""Who gives `/investigate` nothing but a link means what stands there, not the words of its address."""

from __future__ import annotations

import pytest

from bot.views.unfiled import NOT_HERE
from storage.judgments import Screening
from storage.status import SignalStatus, Visibility
from tests.bot.conversation import Conversation
from tests.bot.workplace import ADA, BOB, ELSEWHERE, GUS, QUIET, SECRET, SOLAR, Workplace
from tests.factories import a_report, a_signal, a_summary

WORDS = "the export of large reports fails"
ISSUE = "https://github.example/acme/shop/issues/12"


def asks(place: Workplace, text: str, channel: str = SOLAR, user: str = BOB) -> str:
    said = str(place.types(user, "/investigate", text, channel).body)
    place.settles()
    return said


def link(place: Workplace, ts: str, channel: str = SOLAR) -> str:
    return place.workspace.permalink(channel, ts)


def test_a_message_whose_link_is_given_is_looked_into_wherever_that_is_typed(place: Workplace) -> None:
    ts = place.workspace.say(ADA, ELSEWHERE, WORDS)

    told = asks(place, f"<{link(place, ts, ELSEWHERE)}>", SOLAR)

    assert f"On it. What I find comes as a report in <#{ELSEWHERE}>." in told
    signal = place.store.signals.get(1)
    assert (signal.external_id, signal.body) == (f"{ELSEWHERE}/{ts}", WORDS)
    assert (signal.author, signal.asked_by, signal.channel) == (ADA, BOB, ELSEWHERE)
    assert place.store.signals.counts().total == 1


def test_a_message_that_was_set_aside_is_read_again_as_one_that_was_asked_about(talk: Conversation) -> None:
    place = talk.place
    ts = place.workspace.say(ADA, SOLAR, WORDS)
    place.store.signals.drop(talk.comes(ts).id or 0, Screening(), a_summary(about_product=False))

    assert "What I find comes as a report in this channel." in asks(place, f"{link(place, ts)} please")

    signal = talk.comes(ts, when=lambda signal: signal.asked_by == BOB)
    assert signal.status is SignalStatus.AWAITING_DIGEST


@pytest.mark.parametrize(("channel", "said"), [(SECRET, NOT_HERE), ("C99NOWHERE", NOT_HERE), (QUIET, "I am not in <#")])
def test_of_a_channel_that_is_private_unknown_or_not_joined_nothing_is_taken(
    place: Workplace, channel: str, said: str
) -> None:
    address = f"https://acme.slack.example/archives/{channel}/p1795496174969332"
    assert said in asks(place, address)
    assert place.store.signals.counts().total == 0


def test_in_a_private_channel_its_own_messages_may_be_asked_about(place: Workplace) -> None:
    ts = place.workspace.say(ADA, SECRET, WORDS)

    assert "On it." in asks(place, link(place, ts, SECRET), SECRET, ADA)

    assert place.store.signals.get(1).visibility is Visibility.PRIVATE


def test_the_link_of_a_report_or_of_an_issue_that_is_in_one_leads_to_the_report(place: Workplace) -> None:
    report = a_report(place.store, channel=SOLAR, title="The export fails")
    place.draw(report.id or 0)
    a_signal(place.store, source="shop-issues", external_id="acme/shop#12", url=ISSUE, report_id=report.id)
    known = place.store.signals.counts().total

    for address in (place.store.outbox.permalink(report.id or 0), ISSUE):
        assert "SB-1 is a report already, so I opened none." in asks(place, address)
    assert place.store.signals.counts().total == known


def test_of_an_issue_that_is_in_no_report_it_says_where_it_is_and_of_any_other_page_to_say_what_is_wrong(
    place: Workplace,
) -> None:
    known = a_signal(place.store, source="shop-issues", external_id="acme/shop#12", url=ISSUE)
    place.store.signals.drop(known.id or 0, Screening(), a_summary(about_product=False))
    hidden = "https://github.example/acme/hr/issues/1"
    a_signal(place.store, source="hr", external_id="hr#1", url=hidden, visibility=Visibility.PRIVATE, channel=SECRET)

    assert "I read it and set it aside" in asks(place, ISSUE)
    for address in ("https://status.acme.example/", hidden):
        assert "I open no links" in asks(place, f"<{address}|there>")
    assert "Guests" in asks(place, ISSUE, user=GUS)
    assert place.store.signals.counts().total == 2


def test_words_beside_a_link_are_what_is_wrong(place: Workplace) -> None:
    asks(place, f"the export fails, see {ISSUE}")
    assert place.store.signals.get(1).body == f"the export fails, see {ISSUE}"


@pytest.mark.parametrize(
    "words", ["investigate {}", "can you please look into this: {}?", "have a look at this message {}", "check {} pls"]
)
def test_who_asks_the_bot_by_name_to_look_at_a_link_is_understood_so(talk: Conversation, words: str) -> None:
    place = talk.place
    ts = place.workspace.say(ADA, ELSEWHERE, WORDS)
    place.workspace.say(BOB, SOLAR, f"<@{place.bot}> {words.format(f'<{link(place, ts, ELSEWHERE)}>')}")
    talk.rests()

    (told,) = place.whispers(BOB)
    assert told.startswith("On it. What I find comes as a report in")
    assert talk.comes(ts, ELSEWHERE).asked_by == BOB
    assert place.store.signals.counts().total == 1, "what was said to us is no signal"


def test_behind_signalbox_the_word_means_the_same(place: Workplace) -> None:
    place.types(BOB, "/signalbox", "investigate the export fails", ELSEWHERE)
    signal = place.store.signals.get(1)
    assert (signal.body, signal.asked_by) == ("the export fails", BOB)
