"""What a source is: something that can be read on from a cursor. And what every source needs to be one."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable
from urllib.parse import urlsplit

import requests
import structlog
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from agents.adapters.sessions import how_it_failed
from agents.errors import NotAtSource, NotShown, OverRate, SourceDown, SourceRejected
from storage.columns import now
from storage.errors import SignalboxError
from storage.raw import RawSignal, Unread

log = structlog.get_logger()

NOTHING_THERE = frozenset({requests.codes.not_found, requests.codes.gone})
_NO: Mapping[int, type[SourceRejected]] = {requests.codes.forbidden: NotShown} | dict.fromkeys(
    NOTHING_THERE, NotAtSource
)
PATIENCE = 15  # seconds that a source has to answer
_NAMELESS = re.compile(r"(?:.*\.)?[<(\[]?(?:anonymous|unknown|module|lambda|eval|redacted)[>)\]]?|\w", re.IGNORECASE)
_CLOCKS_APART = dt.timedelta(hours=1)
_LATE = dt.timedelta(minutes=5)  # that an event may need from where it happens into the list that is read
_NO_ADDRESS = (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL)
_LONGEST_REST = 6 * 3600.0  # seconds; a source that asks for more is asked again after these


@dataclass(frozen=True)
class Pulled:
    """What one pull brought: the signals, oldest first, and how far the source has now been read.

    `more` says whether the source has more to give at once; None where it cannot tell: then a pull that brought
    nothing was the last. `gone` are the external ids of what the source says was deleted there.
    """

    signals: tuple[RawSignal, ...]
    cursor: str
    more: bool | None = None
    gone: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Whether to pull again at once."""
        return bool(self.signals) if self.more is None else self.more


def has_come(moment: dt.datetime) -> bool:
    """Whether it is past, as far as clocks agree."""
    return moment <= now() + _CLOCKS_APART


class Position(BaseModel):
    """How far a source has been read: up to this moment, at which these were seen already.

    `below` is for a list that runs from the newest down and is read in parts: the moment that has been come down to.
    """

    model_config = ConfigDict(frozen=True)

    since: dt.datetime
    seen: tuple[str, ...] = ()
    below: dt.datetime | None = None

    @classmethod
    def at(cls, cursor: str, lookback: float) -> Self:
        """The position a cursor stands for; at the first pull, and for one that a wrong clock had moved ahead, so
        many seconds ago.
        """
        begin = now() - dt.timedelta(seconds=lookback)
        try:
            at = cls.model_validate_json(cursor)
        except ValidationError:
            return cls(since=begin)
        return at if has_come(at.since) else at.model_copy(update={"since": begin})

    def after(self, read: Sequence[tuple[dt.datetime, str]]) -> Position:
        """The position once these were read, each given as its moment and its mark.

        A moment that has not come yet, as clocks of devices tell it, moves it nowhere: all until then would be missed.
        """
        newest = max((moment for moment, _ in read if has_come(moment)), default=self.since)
        kept = self.seen if newest == self.since else ()
        return Position(since=newest, seen=(*kept, *(mark for moment, mark in read if moment == newest)))

    @property
    def floor(self) -> dt.datetime:
        """Where a list begins whose moments are those of events: some that happened earlier come in later."""
        return self.since - _LATE if self.seen else self.since

    def after_events(self, read: Sequence[tuple[dt.datetime, str]]) -> Position:
        """As `after`, for such a list: the marks of all that `floor` will have listed again are kept."""
        newest = max([self.since, *(moment for moment, _ in read if has_come(moment))])
        kept = self.seen if newest == self.since else ()
        marks = (mark for moment, mark in read if moment >= newest - _LATE and has_come(moment))
        return Position(since=newest, seen=tuple(dict.fromkeys((*kept, *marks))))


class Source(Protocol):
    """A place that is pulled. Knows nothing of the store.

    Its cursor is a Position, or a model with a Position's fields and defaults for the others: a backfill begins with
    one of its own making.
    """

    def pull(self, cursor: str) -> Pulled:
        """Everything new since `cursor` (empty at the first pull), bounded; what is left over comes with the next pull.

        Raises SourceDown when trying later may help, SourceRejected when it will not.
        """
        ...


@runtime_checkable
class CountsPages(Protocol):
    """A source that takes an item in without its own page once that failed in several pulls."""

    @property
    def failing(self) -> dict[str, int]:
        """In how many pulls each page failed, by a hash of its name."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A source whose pulls do not tell what was deleted, but that can be asked."""

    def gone(self, external_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of them that were deleted at the source; one request each, and some to make sure that we may look.

        What we may not see any more is not taken for deleted: raises SourceRejected then, and SourceDown.
        """
        ...


def option(name: str, options: dict[str, str], key: str) -> str:
    """A source's own key from the policy. Raises SourceRejected when it is missing."""
    value = options.get(key, "")
    if not value:
        raise SourceRejected(
            f"sources.{name}.options.{key} is missing in the policy file; this source cannot do without it"
        )
    return value


def needed(name: str, variable: str, value: SecretStr | None) -> str:
    """What a source's variable of the environment holds. Raises SourceRejected when it is not set."""
    if not value:
        raise SourceRejected(
            f"{variable} is not set; the source {name} needs it (docs/install.md says what it may read)"
        )
    return value.get_secret_value()


def frame_keys(file: object, function: object, kind: object) -> tuple[str, ...]:
    """The exact key of an error of this kind at this place; none where the place is no name: others would share it."""
    named = isinstance(function, str) and re.search(r"\w", function) and not _NAMELESS.fullmatch(function)
    return (f"frame:{file}:{function}:{kind}",) if file and named and kind else ()


def ask(
    session: requests.Session, url: str, params: Mapping[str, str] | None = None, *, name: str, whose: str, check: str
) -> requests.Response:
    """Get a page of a source over HTTP; `whose` API it is and what to `check` when it says no are for the sentence.

    Raises SourceDown when it does not answer, is overloaded or (as OverRate) limits our rate; SourceRejected for any
    other no, of which NotAtSource says that there is nothing at this address, NotShown that it is kept from us.
    """
    try:
        response = session.get(url, params=params, timeout=PATIENCE)
    except requests.RequestException as error:
        raise unanswered(error, name=name, whose=whose, check=check) from error
    refuse_elsewhere(response, whose=whose, check=check)
    status = response.status_code
    if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
        sentence = f"{whose} answered {status}; {name} is read again later"
        raise down_of(status)(sentence, retry_after(response.headers))
    if not response.ok:
        raise no_of(status)(f"{whose} answered {status}{why_in(response)}; check {check}")
    if not is_json(response):
        raise SourceRejected(f"{whose} answered with a page that is no JSON; check its address, and {check}")
    return response


def down_of(status: int) -> type[SourceDown]:
    """What an answer means that says: later."""
    return OverRate if status == requests.codes.too_many_requests else SourceDown


def no_of(status: int) -> type[SourceRejected]:
    """What an answer means that says: no."""
    return _NO.get(status, SourceRejected)


def unanswered(error: requests.RequestException, *, name: str, whose: str, check: str) -> SourceDown | SourceRejected:
    """Why nothing came: an address that is none, a certificate that nobody here trusts, no answer, or no end of it."""
    if isinstance(error, _NO_ADDRESS):
        return SourceRejected(f"{whose} has no address that begins with https://; check {check}")
    if isinstance(error, requests.exceptions.SSLError):
        return SourceDown(
            f"{whose}'s certificate is not trusted on this machine; if a proxy breaks up TLS, name your authority's "
            f"file in REQUESTS_CA_BUNDLE (docs/install.md); {name} is read again later"
        )
    return SourceDown(f"{whose} {how_it_failed(error)}; {name} is read again later")


def refuse_elsewhere(response: requests.Response, *, whose: str, check: str) -> None:
    """Raises SourceRejected for what another host answered, which was not shown our token, or another request."""
    if not response.history:
        return
    asked, answered = response.history[0], urlsplit(response.url)
    if urlsplit(asked.url).hostname != answered.hostname or asked.request.method != response.request.method:
        raise SourceRejected(
            f"{whose} sent us on to {answered.scheme}://{answered.netloc}, which is not shown our token; if that is "
            f"its address now, name it: check {check}"
        )


def why_in(response: requests.Response) -> str:
    """The service's own word for why not, such as a scope that is missing or a search that it does not understand."""
    try:
        said = response.json()
        detail = said.get("detail") or said.get("error")
        inner = detail.get("message") if isinstance(detail, Mapping) else None  # so Sentry and Zendesk at times
        words = (said.get("detail"), said.get("description"), said.get("error_description"), inner, said.get("error"))
        why = next((word for word in words if isinstance(word, str)), "")
    except (ValueError, AttributeError):
        return ""
    return f" ({why[:200]})" if why else ""


def is_json(response: requests.Response) -> bool:
    """Whether an answer says that it is JSON; what stands at a wrong address often answers with a page for people."""
    return "json" in response.headers.get("Content-Type", "").lower()


def pulled_from(source: Source, name: str, cursor: str) -> Pulled:
    """Pull a source. Raises SourceRejected also for an answer that makes no sense to us; the log has all of that."""
    try:
        return source.pull(cursor)
    except SignalboxError:
        raise
    except Exception as error:
        log.exception("what a source answered could not be read", source=name)
        raise SourceRejected(
            f"what {name} answered could not be read ({type(error).__name__}); the log says more"
        ) from error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks us to wait, whether it names them or a moment; None when it does not say."""
    text = headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdigit():
        return min(float(text), _LONGEST_REST)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
    return min(max(0.0, (until - now()).total_seconds()), _LONGEST_REST)
