"""What answers by e-mail repeat is told once; what they say anew stays, errors before all."""

from __future__ import annotations

import pytest

from bot.sources.zendesk_words import said_anew
from playground.zendesk import Zendesk
from playground.zendesk_records import Comment
from tests.bot import test_zendesk
from tests.bot.test_zendesk import JO, MARIT, ago, source, ticket

zendesk = test_zendesk.zendesk
FIRST = "Hello,\n\nthe overview page is gone every evening, and nobody here knows why.\n\nKind regards,\nMarit"
ASKED = "Which version is it?\nAnd which browser?"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 3 Nov 2026 at 10:00, Jo Banks <jo@acme.example> wrote:\n> Which version is it?\n> And which browser?",
        "On Mon, 3 Nov 2026 at 10:00, Jo Banks\n<jo@acme.example> wrote:\n\nWhich version is it?\nAnd which browser?",
        "-----Original Message-----\nFrom: Jo\nSent: Monday, 3 November 2026\nTo: Marit\nSubject: Re: Overview\n\n"
        + ASKED,
        "________________________________\nVon: Jo Banks\nGesendet: Montag, 3. November 2026\nAn: Marit\n\n" + ASKED,
        "Am 03.11.2026 um 10:00 schrieb Jo Banks:\n> Which version\n> is it?\n>\n> And which browser?",
        "Le 3 nov. 2026, Jo a écrit :\n> Which version is it?\n>> the overview page is gone\n>> every evening, and",
        "> Which version is it?\n> And which browser?",
    ],
)
def test_what_is_quoted_goes_and_the_new_words_stay(quoted: str) -> None:
    assert said_anew(f"It is 2.3, in Firefox.\n\n{quoted}", [FIRST, ASKED]) == "It is 2.3, in Firefox."


def test_answers_between_quoted_lines_and_below_them_stay() -> None:
    said = "On 3 Nov 2026, Jo wrote:\n> Which version is it?\n2.3\n> And which browser?\nFirefox"

    assert said_anew(said, [FIRST, ASKED]) == "2.3\nFirefox"


def test_a_signature_that_was_told_before_goes() -> None:
    signed = "-- \nMarit Olsen\nSolar Fleet"

    assert said_anew(f"Again today.\n{signed}", [f"{FIRST}\n{signed}"]) == "Again today."


@pytest.mark.parametrize(
    "said",
    [
        "Now it says:\n> TypeError: x is undefined\n>   at total (cart.js:7)",
        'On 3 Nov 2026 the job wrote:\nTraceback (most recent call last):\n  File "a.py", line 3\nValueError: zero',
        "Traceback (most recent call last):\n  File \"a.py\", line 3\n----------\nKeyError: 'a'",
        "From: the log\nTo: you\nthe export stops at row 7",
        "-----Original Message-----\nFrom: our host\nSubject: disk\n\nYour disk is full",
        "the overview page is gone every evening, and nobody here knows why.",
        "> Which version is it?",
    ],
)
def test_what_nobody_said_before_and_what_is_all_there_is_stays_as_it_is(said: str) -> None:
    assert said_anew(said, [FIRST, ASKED]) == said


def test_a_long_message_of_beginnings_is_read_at_once() -> None:
    said = "On 3 a " * 20_000 + "\n> " * 20_000

    assert said_anew(said, [FIRST]).startswith("On 3 a")


def test_an_answer_to_a_ticket_brings_its_own_words_alone(zendesk: Zendesk) -> None:
    zendesk.open(ticket())
    zendesk.answer(48213, Comment(ago(minutes=100), JO, ASKED))
    quoted = "\n".join(f"> {line}" for line in ASKED.split("\n"))
    below = "\n".join(f">> {line}" for line in ticket().comments[0].text.split("\n"))
    zendesk.answer(48213, Comment(ago(minutes=90), MARIT, f"2.3\n\nOn 3 Nov 2026, Jo wrote:\n{quoted}\n{below}"))

    (signal,) = source(zendesk).pull("").signals

    assert signal.body.endswith(f"[customer, {ago(minutes=90).date()}] 2.3")
    assert signal.body.count("the overview page is gone") == signal.body.count("Which version is it?") == 1
