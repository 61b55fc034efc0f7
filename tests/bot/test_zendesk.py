"""The Zendesk source, over HTTP against the loopback Zendesk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.errors import SourceDown, SourceRejected
from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import Source
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.rate import Rate
from playground.zendesk import CLIENT_ID, Zendesk
from playground.zendesk_records import Comment, Person, Ticket
from storage.raw import Severity

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
MARIT = Person(7, "Marit Olsen", "marit@customer.example")
JO = Person(2, "Jo Banks", "jo@acme.example", role="agent")


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def ticket(number: int = 48213, at: dt.datetime | None = None, **more: Any) -> Ticket:
    words = "Hello,\n\nthe overview page is gone every evening.\n\nKind regards,\nMarit"
    return Ticket(number, "Overview page down", [Comment(at or ago(hours=3), MARIT, words)], **more)


@pytest.fixture
def zendesk(faults: Faults) -> Iterator[Zendesk]:
    server = Zendesk("right", faults)
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield server


def source(server: Zendesk, token: str = "right", email: str = "bot@acme.example", **options: str) -> Source:
    terms = SourceTerms(kind="zendesk", report_to="C01", options={"lookback": "2d", **options})
    settings = Settings(_env_file=None, zendesk_url=server.address, zendesk_email=email, zendesk_token=SecretStr(token))
    return KINDS["zendesk"]("tickets", terms, settings)


def test_a_ticket_brings_its_first_message_and_its_keys(zendesk: Zendesk) -> None:
    zendesk.open(ticket(priority="high", tags=("overview", "login")))

    (signal,) = source(zendesk).pull("").signals

    assert (signal.external_id, signal.occurrence, signal.title) == ("ticket-48213", "", "Overview page down")
    assert signal.body.startswith("Hello,")
    assert signal.url == f"{zendesk.address}/agent/tickets/48213"
    assert (signal.severity, signal.happened_at) == (Severity.ERROR, ago(hours=3))
    assert signal.keys == ("zendesk:48213", f"url:{signal.url}")
    assert signal.labels == ("overview", "login")


def test_the_first_message_stays_and_the_newest_public_ones_are_added(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    for minutes in range(100, 40, -5):
        zendesk.answer(48213, Comment(ago(minutes=minutes), MARIT, f"still, {minutes} minutes ago " + "x" * 5000))
    zendesk.answer(48213, Comment(ago(minutes=30), JO, "They sit on the old plan.", public=False))
    zendesk.answer(48213, Comment(ago(minutes=20), JO, "We are looking into it."))

    (signal,) = source(zendesk).pull("").signals

    assert signal.body.startswith("Hello,")
    assert f"[customer, {ago(minutes=45).date()}] still, 45 minutes ago" in signal.body
    assert f"[support, {ago(minutes=20).date()}] We are looking into it." in signal.body
    assert signal.body.index("45 minutes ago") < signal.body.index("We are looking")
    assert "still, 100 minutes" not in signal.body
    assert "old plan" not in signal.body
    assert len(Redactor(b"key").raw(signal).body) < 16_000


def test_of_hundreds_of_messages_the_first_and_the_newest_five_are_kept(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    for number in range(300):
        zendesk.answer(
            48213, Comment(ago(minutes=170) + dt.timedelta(seconds=30 * number), MARIT, f"message {number}.")
        )

    (signal,) = source(zendesk).pull("").signals

    assert signal.body.startswith("Hello,")
    assert [number for number in range(300) if f"message {number}." in signal.body] == [295, 296, 297, 298, 299]


def test_a_ticket_that_is_deleted_while_it_is_read_stops_nothing(zendesk: Zendesk, faults: Faults) -> None:
    zendesk.open(ticket())
    zendesk.answer(48213, Comment(ago(minutes=30), MARIT, "It happened again."))
    faults.plan(Fault("zendesk:comments", Moment.RECEIPT, Kind.REFUSE, status=404))

    assert [signal.external_id for signal in source(zendesk).pull("").signals] == ["ticket-48213"]


def test_who_wrote_is_handed_to_the_redactor_and_stays_nowhere(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    zendesk.answer(48213, Comment(ago(minutes=30), JO, "Hello Marit, write to jo@acme.example. Jo Banks"))
    (signal,) = source(zendesk).pull("").signals

    kept = Redactor(b"k").raw(signal)

    assert set(signal.people) == {"Marit Olsen", "Jo Banks"}
    text = kept.model_dump_json()
    assert not [word for word in ("Marit", "Olsen", "Banks", "jo@acme.example") if word in text]
    assert kept.author.startswith("<name:")
    assert kept.author in kept.body
    assert kept.people == ()


def test_the_people_of_other_tickets_are_none_of_this_ones_business(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    zendesk.answer(48213, Comment(ago(minutes=30), MARIT, "It shows Overview and Salt Lake."))
    for number in range(45):
        other = Person(100 + number, f"Aaron Overview{number} Salt", f"a{number}@x.example")
        zendesk.open(Ticket(number + 1, "Mine", [Comment(ago(minutes=90), other, "It is slow.")]))

    signals = {signal.external_id: signal for signal in source(zendesk).pull("").signals}
    kept = Redactor(b"k").raw(signals["ticket-48213"])

    assert signals["ticket-48213"].people == ("Marit Olsen",)
    assert "It shows Overview and Salt Lake." in kept.body
    assert "Marit" not in kept.body


def test_a_ticket_that_goes_on_is_read_again_and_what_was_read_is_not(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    reader = source(zendesk)
    first = reader.pull("")
    assert reader.pull(first.cursor).signals == ()

    zendesk.answer(48213, Comment(ago(minutes=10), MARIT, "It happened again."))
    zendesk.open(ticket(48214, ago(minutes=20)))
    later = reader.pull(first.cursor)

    assert [signal.external_id for signal in later.signals] == ["ticket-48214", "ticket-48213"]
    assert later.signals[1].occurrence == ""
    assert "It happened again." in later.signals[1].body


def test_a_solved_ticket_is_no_signal_until_it_is_opened_again(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    reader = source(zendesk)
    first = reader.pull("")
    zendesk.solve(48213, ago(minutes=50))
    solved = reader.pull(first.cursor)
    zendesk.answer(48213, Comment(ago(minutes=10), MARIT, "No, it is still broken."))
    (back,) = reader.pull(solved.cursor).signals

    assert solved.signals == ()
    assert (back.occurrence, back.happened_at) == ("reopened 1", ago(minutes=10))
    assert back.body.endswith("No, it is still broken.")


def test_a_ticket_of_this_minute_comes_with_a_later_pull(zendesk: Zendesk) -> None:
    this_moment = dt.datetime.now(dt.UTC).replace(microsecond=0)  # NOW may be minutes ago in a long run
    zendesk.open(ticket(at=this_moment))
    reader = source(zendesk, lookback="10s")
    first = reader.pull("")
    zendesk.now = lambda: this_moment + dt.timedelta(minutes=2)

    assert first.signals == ()
    assert [signal.external_id for signal in reader.pull(first.cursor).signals] == ["ticket-48213"]


def test_a_long_export_is_read_page_by_page_and_tags_choose(zendesk: Zendesk) -> None:
    for number in range(120):
        zendesk.open(ticket(number, ago(minutes=200 - number), tags=("bug",) if number % 2 else ("praise",)))
    reader, cursor, read, pulls = source(zendesk, tags="bug, crash"), "", [], 0
    while True:
        pulled = reader.pull(cursor)
        read += [signal.external_id for signal in pulled.signals]
        cursor, pulls = pulled.cursor, pulls + 1
        if not pulled.goes_on:
            break

    assert read == [f"ticket-{number}" for number in range(1, 120, 2)]
    assert pulls == 3


def test_zendesk_that_limits_our_rate_is_left_alone_as_long_as_it_asks(faults: Faults) -> None:
    server = Zendesk("right", faults, rate=Rate(calls=1, seconds=50))
    with Loopback(server.app) as served:
        server.serve(served.url)
        reader = source(server)
        reader.pull("")
        with pytest.raises(SourceDown) as caught:
            reader.pull("")

    assert caught.value.retry_after == pytest.approx(50, abs=2)


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
def test_zendesk_that_fails_says_so_and_may_be_asked_again(zendesk: Zendesk, faults: Faults, kind: Kind) -> None:
    faults.plan(Fault("zendesk:export", Moment.PERFORMED, kind, status=502))

    with pytest.raises(SourceDown, match="Zendesk"):
        source(zendesk).pull("")
    assert source(zendesk).pull("").signals == ()


def test_an_oauth_token_opens_too_and_a_wrong_one_names_the_variables(zendesk: Zendesk) -> None:
    assert source(zendesk, email="").pull("").signals == ()
    with pytest.raises(SourceRejected, match="ZENDESK_TOKEN"):
        source(zendesk, token="wrong").pull("")
    zendesk.address = ""
    with pytest.raises(SourceRejected, match="ZENDESK_URL is not set"):
        source(zendesk)


def by_client(server: Zendesk, secret: str = "right") -> Source:
    terms = SourceTerms(kind="zendesk", report_to="C01", options={"lookback": "2d"})
    key = SecretStr(secret)
    settings = Settings(
        _env_file=None, zendesk_url=server.address, zendesk_client_id=CLIENT_ID, zendesk_client_secret=key
    )
    return KINDS["zendesk"]("tickets", terms, settings)


def test_an_oauth_client_asks_for_one_token_and_for_another_when_it_ended(zendesk: Zendesk) -> None:
    zendesk.open(ticket(1))
    zendesk.answer(1, Comment(ago(hours=2), MARIT, "Any news?"))
    reader = by_client(zendesk)

    assert len(reader.pull("").signals) == 1
    assert zendesk.given == 1
    zendesk.end_tokens()
    assert len(reader.pull("").signals) == 1
    assert zendesk.given == 2


def test_an_oauth_client_that_is_wrong_is_named_and_one_that_fails_is_asked_again(
    zendesk: Zendesk, faults: Faults
) -> None:
    with pytest.raises(SourceRejected, match=r"401 \(Client authentication failed\) .*; check .*ZENDESK_CLIENT_SECRET"):
        by_client(zendesk, secret="wrong").pull("")
    for kind, status in ((Kind.REFUSE, 502), (Kind.REFUSE, 429), (Kind.DROP, 0)):
        faults.plan(Fault("zendesk:oauth", Moment.PERFORMED, kind, status=status))
        with pytest.raises(SourceDown, match="no token"):
            by_client(zendesk).pull("")


@pytest.mark.parametrize("answer", [{"told": "nothing"}, ["nothing"]])
def test_an_answer_that_holds_no_token_names_what_to_check(zendesk: Zendesk, answer: object) -> None:
    strange = Starlette(routes=[Route("/oauth/tokens", lambda _: JSONResponse(answer), methods=["POST"])])
    with Loopback(strange) as served:
        zendesk.address = served.url
        with pytest.raises(SourceRejected, match=r"answered 200 when asked for a token; check ZENDESK_URL"):
            by_client(zendesk).pull("")


def test_a_client_without_its_secret_and_no_entry_at_all_are_said(zendesk: Zendesk) -> None:
    terms = SourceTerms(kind="zendesk", report_to="C01")
    for client, lacking in (("signalbox", "ZENDESK_CLIENT_SECRET is not set"), ("", "ZENDESK_CLIENT_ID .* is not set")):
        settings = Settings(_env_file=None, zendesk_url=zendesk.address, zendesk_client_id=client)
        with pytest.raises(SourceRejected, match=lacking):
            KINDS["zendesk"]("tickets", terms, settings)


def test_a_deleted_ticket_is_told_as_gone_by_the_next_pull(zendesk: Zendesk) -> None:
    zendesk.open(ticket(1))
    zendesk.open(ticket(2))
    first = source(zendesk).pull("")
    assert (len(first.signals), first.gone) == (2, ())

    zendesk.delete(1, ago(minutes=5))
    later = source(zendesk).pull(first.cursor)
    assert (later.signals, later.gone) == ((), ("ticket-1",))


def test_tags_are_found_in_capitals_and_an_email_may_say_token(zendesk: Zendesk) -> None:
    zendesk.open(ticket(tags=("bug",)))

    assert len(source(zendesk, email="bot@acme.example/token", tags="Bug").pull("").signals) == 1


def test_the_first_message_is_told_once_although_it_is_younger_than_its_ticket(zendesk: Zendesk) -> None:
    made = ticket()
    made.opened, made.updated = made.comments[0].at - dt.timedelta(seconds=1), NOW - dt.timedelta(minutes=2)
    zendesk.open(made)

    (signal,) = source(zendesk).pull("").signals

    assert signal.body == made.comments[0].text
