"""Redaction: what is private goes, what only looks alike stays, and doing it twice changes nothing."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.redaction.placeholders import PLACEHOLDER
from agents.redaction.redact import Redactor
from evals.made_secrets import ANYWHERE, BY_FORM, BY_PLACE
from tests.agents.private_texts import IN_CONTEXT, LETTERS, PERSONAL, REDACTOR, SECRETS, STAYS, SURVIVES
from tests.factories import a_raw_signal


@pytest.mark.parametrize("issuer", SECRETS)
def test_a_secret_of_a_known_issuer_goes_wherever_it_stands(issuer: str) -> None:
    secret = SECRETS[issuer]

    for text in (
        f"it failed with {secret}.",
        f'key("{secret}")',
        f"KEY={secret}\n",
        f"<https://a.example/?q={secret}|x>",
    ):
        redacted = REDACTOR.text(text)
        assert secret not in redacted
        assert re.search(r"<secret:[a-z2-7]{6}>", redacted)
    assert secret not in REDACTOR.secrets_only(f'const key = "{secret}";')


@pytest.mark.parametrize("case", IN_CONTEXT)
def test_a_secret_that_only_its_context_tells_goes_and_the_context_stays(case: str) -> None:
    text, secret = IN_CONTEXT[case]

    redacted = REDACTOR.text(text)

    assert secret not in redacted
    before, after = text.split(secret)
    assert re.fullmatch(f"{re.escape(before)}<secret:[a-z2-7]{{6}}>{re.escape(after)}", redacted)


@pytest.mark.parametrize("length", [40, 48, 49, 50, 60])
def test_a_jwt_that_was_cut_off_goes_too(length: int) -> None:
    cut = SECRETS["JWT"][:length]

    assert re.fullmatch(r"jwt = <secret:\w{6}>\.? \[…\]", REDACTOR.text(f"jwt = {cut} […]"))


def test_a_private_key_goes_as_a_whole_even_when_its_end_is_missing() -> None:
    block = f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}{LETTERS}\n{LETTERS}==\n"
    whole = f"see\n{block}-----END RSA PRIVATE KEY-----\nthanks"

    assert re.fullmatch(r"see\n<secret:\w{6}>\nthanks", REDACTOR.text(whole))
    assert LETTERS not in REDACTOR.text(f"see\n{block}")


@pytest.mark.parametrize("case", PERSONAL)
def test_personal_data_goes_and_its_kind_stays(case: str) -> None:
    text, value, kind = PERSONAL[case]

    redacted = REDACTOR.text(text)

    assert value not in redacted
    assert re.search(rf"<{kind}:[a-z2-7]{{6}}>", redacted)


@pytest.mark.parametrize("line", STAYS)
def test_what_engineers_need_comes_out_unchanged(line: str) -> None:
    assert REDACTOR.text(line) == line
    assert REDACTOR.text(f"It broke:\n{line}\nand again") == f"It broke:\n{line}\nand again"


def test_there_are_enough_such_lines() -> None:
    assert len(set(STAYS)) >= 60


@pytest.mark.parametrize("case", SURVIVES)
def test_what_only_looks_private_survives(case: str) -> None:
    assert REDACTOR.text(SURVIVES[case]) == SURVIVES[case]


def test_the_same_value_has_the_same_placeholder_however_it_is_written() -> None:
    redacted = REDACTOR.text(
        "<mailto:Ada@acme.example|Ada> ada@acme.example bob@acme.example, +49 151 2345 6789 +4915123456789"
    )

    ada, again, bob, phone, same_phone = PLACEHOLDER.findall(redacted)
    assert ada == again
    assert ada != bob
    assert phone == same_phone


def test_another_key_gives_other_placeholders() -> None:
    assert Redactor(b"one").text("ada@acme.example") != Redactor(b"two").text("ada@acme.example")
    with pytest.raises(ValueError, match="needs a key"):
        Redactor(b"")


def test_a_source_file_keeps_addresses_and_fixtures_but_no_secret() -> None:
    source = f'MAIL = "ada@acme.example"\npassword = "hunter2"\nTOKEN = "{LETTERS}"\nhost = "88.198.24.108"\n'

    redacted = REDACTOR.secrets_only(source)

    assert redacted.startswith('MAIL = "ada@acme.example"\npassword = "hunter2"\nTOKEN = "<secret:')
    assert redacted.endswith('host = "88.198.24.108"\n')


def test_a_signal_is_redacted_in_every_text_and_known_by_the_same_id() -> None:
    raw = a_raw_signal(
        title="ada@acme.example cannot sign in",
        body="password=hunter2hunter2\x00",
        url="https://acme.example/t?token=q1w2e3r4t5",
        author="ada@acme.example",
        keys=("url:https://acme.example/issues/7", "mail:ada@acme.example"),
        labels=("Checkout", "from ada@acme.example", "checkout ", " "),
    )

    clean = REDACTOR.raw(raw)

    text = " ".join((clean.title, clean.body, clean.url, clean.author, *clean.keys, *clean.labels))
    assert "ada@" not in text
    assert "hunter2" not in text
    assert "q1w2e3r4t5" not in text
    assert "\x00" not in text
    assert clean.keys[0] == raw.keys[0]
    assert len(clean.labels) == 2
    assert clean.labels[0] == "checkout"
    assert (clean.external_id, clean.channel, clean.happened_at) == (raw.external_id, raw.channel, raw.happened_at)


_SCRAPS = st.sampled_from(
    [
        *SECRETS.values(),
        *(text for text, *_ in (*IN_CONTEXT.values(), *PERSONAL.values())),
        *SURVIVES.values(),
        *("<", ">", "@", ":", "=", " ", ".", "-", "+49", "0", "token=", "<email:k3f9qa>", "password: ", "://"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12) | _SCRAPS, max_size=8).map("".join))
def test_doing_it_again_changes_nothing(text: str) -> None:
    once = REDACTOR.text(text)

    assert REDACTOR.text(once) == once
    assert REDACTOR.secrets_only(once) == REDACTOR.secrets_only(REDACTOR.secrets_only(once))


@pytest.mark.parametrize("name", [*BY_FORM, *BY_PLACE])
def test_made_secrets_of_every_format_go_from_every_place(name: str) -> None:
    dice = random.Random(name)  # noqa: S311 made secrets, the same in every run
    make, places = BY_PLACE[name] if name in BY_PLACE else (BY_FORM[name], ANYWHERE)
    for place in places:
        secret = make(dice)
        body = max(secret.rpartition("/services/")[2].split("\n"), key=len)
        text = place.replace("{{", "{").replace("}}", "}").replace("{}", secret)
        redacted = REDACTOR.text(f"It broke in export.py line 12:\n{text}\nsince 4.3.0")
        assert body not in redacted
        assert redacted.startswith("It broke in export.py line 12:\n")
        assert redacted.endswith("\nsince 4.3.0")


def test_names_that_the_source_marks_go_however_they_are_written_and_words_stay() -> None:
    people = ("Perpetua Lovelock", "Will Mark")
    text = (
        "Hi, Perpetua here. PERPETUA LOVELOCK and Lovelock, Perpetua wrote; perpetua lovelock too. perpetual motion, "
        "we will mark it. Will Mark says that Mark and Will stay, as does perpetua.py."
    )

    redacted = REDACTOR.text(text, people)

    placed = PLACEHOLDER.findall(redacted)
    assert len(placed) == 6
    assert len(set(placed)) == 2
    assert "perpetual motion, we <name:" in redacted
    assert "says that Mark and Will stay, as does perpetua.py." in redacted
    assert REDACTOR.text(text) == text


def test_names_are_taken_out_of_a_signal_and_never_kept() -> None:
    raw = a_raw_signal(
        title="Zoë Quill: it fails", body="Thanks,\nZoë", author="Zoë Quill", people=("Zoë Quill", "a@b", "Support")
    )

    clean = REDACTOR.raw(raw)

    assert "Zoë" not in clean.model_dump_json()
    assert clean.people == ()
    assert clean.title.split(":")[0] in PLACEHOLDER.findall(clean.title)[0]


def test_mentions_stay_as_ids_without_the_name_beside_them() -> None:
    assert REDACTOR.text("<@U012AB3CD|perpetua.lovelock> says so, <@U012AB3CD>") == "<@U012AB3CD> says so, <@U012AB3CD>"


def test_ids_lose_addresses_and_stay_ids() -> None:
    raw = a_raw_signal(external_id="form/ada@acme.example/2026", occurrence="5403926876")

    clean = REDACTOR.raw(raw)

    assert re.fullmatch(r"form/<email:[a-z2-7]{6}>/2026", clean.external_id)
    assert clean.occurrence == "5403926876"
    assert REDACTOR.raw(clean) == clean


def test_a_key_in_a_source_file_leaves_the_lines_where_they_were() -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}{LETTERS}\n{LETTERS}==\n-----END RSA PRIVATE KEY-----"
    source = f'one = 1\nKEY = """{key}"""\ntwo = 2\n'

    redacted = REDACTOR.secrets_only(source)

    assert LETTERS not in redacted
    assert redacted.count("\n") == source.count("\n")
    assert redacted.split("\n").index("two = 2") == source.split("\n").index("two = 2")


HOSTILE = (
    "a@a.", "1 ", "password", "token=x ", "eyJ", "-eyJaaaaaa", "1.1.1.1", "://a:", "sk-", "-----BEGIN PRIVATE KEY-----",
    "password='", "password is ", "+1 ", "call 1-", "ab:", "DE89 3704 ", "4111 1111 ", "user=a pass=b ", "?token=",
    "Basic QUJD", "phone ", "machine a login b ", "[" * 10, "aws secret ", "xoxb-1", "<mailto:a", "%40a.", "\u0130@",
)  # fmt: skip


def _is_linear(redact: Callable[[int], object]) -> bool:
    """Whether four times the text takes four times as long, of this thread's own time, and not sixteen times."""

    def seconds(length: int) -> float:
        began = time.thread_time()
        redact(length)
        return time.thread_time() - began

    return any(seconds(40_000) < 12 * (seconds(10_000) + 0.005) for _ in range(2))


@pytest.mark.parametrize("scrap", HOSTILE)
def test_no_text_makes_it_slow(scrap: str) -> None:
    assert _is_linear(lambda length: REDACTOR.text((scrap * length)[:length]))


def test_a_name_of_many_words_does_not_make_it_slow() -> None:
    names = tuple(f"Ada {number} Lovelace" for number in range(50))

    assert _is_linear(lambda length: REDACTOR.text(("Ada " * length)[:length], names))
