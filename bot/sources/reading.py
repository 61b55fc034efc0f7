"""Item by item: what of a page cannot be read is put aside, with what is wrong, and stops nothing else."""

from __future__ import annotations

import datetime as dt
import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

import requests
from pydantic import ValidationError

from agents.errors import NotAtSource, NotShown, OverRate, SourceDown, SourceRejected
from storage.columns import now
from storage.errors import SignalboxError
from storage.raw import Unread, clipped, possible

T = TypeVar("T")
R = TypeVar("R")

_ANOTHER_SHAPE = 4  # items; where none of so many can be read, that is no item's fault
PULLS = 3  # in which an item's own page may fail before the item is taken in without it
_FAILING = 1_000  # items whose own page failed that are remembered
_NAME = 1_000  # characters that are read, to be redacted and then cut


class Malformed(Exception):
    """An item lacks what it must have. The sentence holds none of its words."""


class Reading:
    """Reads the items of one source's answer.

    `name_of` gives an item the external id that its signal would have, as far as it says. `passes` are errors that no
    item is to blame for, beside our own and those of the network. `failing` says in how many pulls the own page of
    which item failed, by hashes; it outlives this reading.
    """

    def __init__(
        self,
        source: str,
        name_of: Callable[[Any], str],
        passes: tuple[type[Exception], ...] = (),
        failing: MutableMapping[str, int] | None = None,
    ) -> None:
        self._source, self._name_of = source, name_of
        self._failing: MutableMapping[str, int] = {} if failing is None else failing
        self._shown = 0  # pages of items' own
        self._kept_from_us: list[NotShown] = []
        self._given_up: list[SourceDown | SourceRejected] = []
        self._passes: tuple[type[Exception], ...] = (
            SignalboxError,
            requests.ConnectionError,
            requests.Timeout,
            *passes,
        )
        self._unread: dict[str, Unread] = {}

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read."""
        return tuple(self._unread.values())

    def each(self, items: Iterable[T], read: Callable[[T], R]) -> Iterator[tuple[T, R]]:
        """The items that can be read, with what they are read as.

        Raises SourceRejected after the last one, where none of several could be read: then the answer has another shape
        than the one we know, and passing over all of them would lose them. So it does where no page of their own was
        shown that was asked for: then all such pages are in trouble, or we lack a right.
        """
        if isinstance(items, Mapping | str):
            raise SourceRejected(f"{self._source} answered with no list; its answers may have changed, or its address")
        good, bad = 0, 0
        for item in items:
            try:
                what = read(item)
            except self._passes:
                raise
            except Exception as error:  # noqa: BLE001 whatever is wrong with one item
                bad += 1
                self._put_aside(item, error)
                continue
            good += 1
            yield item, what
        if bad >= _ANOTHER_SHAPE and not good:
            first = next(iter(self._unread.values()))
            raise SourceRejected(
                f"none of {bad} items that {self._source} answered with could be read ({first.name}: {first.why}), so "
                "its answers may have changed; look for a newer Signalbox, and tell who runs it"
            )
        if not self._shown and len(self._given_up) > 1:
            raise self._given_up[-1]
        if not self._shown and len(self._kept_from_us) >= _ANOTHER_SHAPE:
            raise self._kept_from_us[-1]

    def beside(self, item: object, what: str, ask: Callable[[], R], without: R) -> R:
        """What a page of the item's own says; `without` it where it cannot be had, and the item is read in part.

        That is at once where it is kept from us; else a page has to fail in PULLS pulls before, since the whole source
        may be in trouble: until then its error is raised. `what` is lacking then, in words.
        """
        why: SourceDown | SourceRejected
        name = _called(item, self._name_of)
        page = hashlib.sha256(f"{name}: {what}".encode(errors="replace")).hexdigest()[:16]  # it is kept
        try:
            answer = ask()
        except (OverRate, NotAtSource):
            raise
        except NotShown as error:
            self._kept_from_us.append(why := error)
        except (SourceDown, SourceRejected) as error:
            if self._counted(page) <= PULLS:
                raise
            self._given_up.append(why := error)
        else:
            self._shown += 1
            self._failing.pop(page, None)
            return answer
        said = str(why).partition(";")[0]
        self._unread[name] = Unread(name=name, why=f"{what} could not be had: {said}", at=now(), in_part=True)
        return without

    def _counted(self, page: str) -> int:
        """In how many pulls a page has failed, this one included. The one that was first of too many is forgotten."""
        if page not in self._failing and len(self._failing) >= _FAILING:
            del self._failing[next(iter(self._failing))]
        self._failing[page] = self._failing.get(page, 0) + 1
        return self._failing[page]

    def _put_aside(self, item: object, error: Exception) -> None:
        name = _called(item, self._name_of)
        self._unread[name] = Unread(name=name, why=_why(error), at=now())


def moment(text: object) -> dt.datetime:
    """A moment as APIs write it, in UTC; without a zone it is UTC. Raises ValueError, also for one that cannot be."""
    read = dt.datetime.fromisoformat(str(text))
    return possible(read if read.tzinfo else read.replace(tzinfo=dt.UTC))


def moment_in(item: object, key: str) -> dt.datetime:
    """The moment that stands under a key. Raises Malformed."""
    value = _value(item, key)
    try:
        return moment(value)
    except ValueError as error:
        raise Malformed(f"its {key} is no time") from error


def name_in(item: object, key: str) -> str:
    """The name or number that stands under a key. Raises Malformed."""
    return str(_value(item, key))


def _value(item: object, key: str) -> str | int:
    if not isinstance(item, Mapping):
        raise Malformed("it is no object")
    value = item.get(key)
    if value is None or value == "":
        raise Malformed(f"it has no {key}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Malformed(f"its {key} is of another kind than it should be")
    return value


def _called(item: object, name_of: Callable[[Any], str]) -> str:
    """The item's name; without one, what tells it from others and says nothing."""
    try:
        name = clipped(name_of(item), _NAME)
    except Exception:  # noqa: BLE001 that is what is wrong with it
        name = ""
    if name:
        return name
    shown = item if isinstance(item, Mapping) else type(item).__name__
    return f"without a name ({hashlib.sha256(repr(shown).encode(errors='replace')).hexdigest()[:8]})"


def _why(error: Exception) -> str:
    """What is wrong, in words of ours: an error's own may quote the item."""
    match error:
        case Malformed():
            return str(error)
        case KeyError() if error.args and isinstance(error.args[0], str) and error.args[0].isidentifier():
            return f"it has no {error.args[0]}"
        case ValidationError():
            places = sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]})
            return f"it makes no signal: {', '.join(places)} cannot be taken as it is"
        case _:
            return f"a value in it is not as it should be ({type(error).__name__} in {_ours(error)})"


def _ours(error: Exception) -> str:
    """The function of a source in which it happened, for whoever mends that."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).parent == Path(__file__).parent]
    return f"{Path(ours[-1].filename).stem}.{ours[-1].name}" if ours else "the source"
