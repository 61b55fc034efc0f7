"""PostHog as a source: error-tracking issues, findings in session replays, and insight alerts that fire.

The shapes are those of PostHog's published API reference and schemas (Query API with ErrorTrackingQuery, single session
summaries, alerts) as of autumn 2026. They were run against the playground's loopback server only, never against the
real service. What the documents leave open: that a stack's frames run from the outermost in, as in PostHog's own SDKs,
and that a percentage is written as a fraction. An issue that is resolved and comes back between two pulls is not seen
as reopened, because the API does not say when it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from pydantic import Field

from agents.adapters.sessions import BoundedSession
from agents.errors import NotAtSource, SourceDown, SourceRejected
from agents.terms import SourceTerms, seconds
from bot.settings import Settings
from bot.sources.posthog_alerts import Alerts
from bot.sources.posthog_api import Project
from bot.sources.posthog_errors import Issues
from bot.sources.posthog_replays import Replays
from bot.sources.source import Position, Pulled, Source, needed, option, pulled_from


class Shape(StrEnum):
    """What PostHog has to tell."""

    ERRORS = "errors"
    REPLAYS = "replays"
    ALERTS = "alerts"


_READERS: Mapping[Shape, Callable[[Project, SourceTerms, float, dict[str, int]], Source]] = {
    Shape.ERRORS: Issues,
    Shape.REPLAYS: Replays,
    Shape.ALERTS: Alerts,
}


_LISTS: Mapping[str, str] = {
    "error": "error_tracking/issues/",
    "replay": "single_session_summaries/",
    "alert": "alerts/",
}  # where what an external id begins with is found


class PostHogPosition(Position):
    """How far each shape has been read; one that is not there is read from `since` on."""

    shapes: dict[Shape, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class PostHog:
    """Reads the shapes of one project side by side."""

    project: Project
    readers: Mapping[Shape, Source]
    lookback: float  # seconds, at the first pull
    failing: dict[str, int] = field(default_factory=dict)  # the readers' own

    def pull(self, cursor: str) -> Pulled:
        """What each shape has to tell, oldest first. One that the key has no right for keeps no other back."""
        at = PostHogPosition.at(cursor, self.lookback)
        pulled, troubles = self._parts(at)
        read = [Position.model_validate_json(part.cursor).since for part in pulled.values()]
        stay = {shape for shape, error in troubles.items() if isinstance(error, SourceDown) or shape in at.shapes}
        cursors = {shape: pulled[shape].cursor if shape in pulled else self._from(at, shape) for shape in self.readers}
        kept = {shape: cursor for shape, cursor in cursors.items() if shape in pulled or shape in stay}
        following = PostHogPosition(since=min(read), shapes=kept)
        signals = sorted((raw for part in pulled.values() for raw in part.signals), key=lambda raw: raw.happened_at)
        return Pulled(
            tuple(signals),
            following.model_dump_json(),
            any(part.goes_on for part in pulled.values()),
            unread=tuple(each for part in pulled.values() for each in part.unread),
            lacking=tuple(self._lacks(shape, error) for shape, error in troubles.items()),
        )

    def _parts(self, at: PostHogPosition) -> tuple[dict[Shape, Pulled], dict[Shape, SourceRejected | SourceDown]]:
        """What each shape brought, and why others brought nothing. Raises that if none did, or a rest is asked for."""
        pulled: dict[Shape, Pulled] = {}
        troubles: dict[Shape, SourceRejected | SourceDown] = {}
        for shape, reader in self.readers.items():
            try:
                pulled[shape] = pulled_from(reader, self.project.name, self._from(at, shape))
            except (SourceRejected, SourceDown) as error:
                if isinstance(error, SourceDown) and error.retry_after is not None:
                    raise
                troubles[shape] = error
        if not pulled:
            raise next(iter(troubles.values()))
        return pulled, troubles

    @staticmethod
    def _from(at: PostHogPosition, shape: Shape) -> str:
        return at.shapes.get(shape) or Position(since=at.since).model_dump_json()

    def _lacks(self, shape: Shape, error: SourceRejected | SourceDown) -> str:
        """One sentence on a shape that is not read, with what to do."""
        if isinstance(error, SourceDown):
            return f"The {shape} could not be read just now, the rest was: {error}."
        others = ", ".join(each for each in self.readers if each is not shape)
        return (
            f"The {shape} are not read, the rest is: {error}. Put that right, or leave them out with "
            f'sources.{self.project.name}.options.shapes = "{others}".'
        )

    def gone(self, external_ids: Sequence[str]) -> tuple[str, ...]:
        """Those that PostHog does not have any more, where the list that they were in can still be read.

        Of a shape that we may not read nothing is told. Raises SourceRejected where that holds for all of them.
        """
        gone: list[str] = []
        refused: dict[str, SourceRejected] = {}
        for external_id in external_ids:
            shape = external_id.partition("-")[0]
            try:
                if shape not in refused and self._is_gone(external_id):
                    gone.append(external_id)
            except SourceRejected as error:
                refused[shape] = error
        if refused and all(each.partition("-")[0] in refused for each in external_ids):
            raise next(iter(refused.values()))
        return tuple(gone)

    def _is_gone(self, external_id: str) -> bool:
        shape, _, name = external_id.partition("-")
        try:
            self.project.get(f"{_LISTS[shape]}{quote(name, safe='')}/")
        except NotAtSource:
            self.project.get(_LISTS[shape], {"limit": "1"})  # or the whole project may be closed to us
            return True
        return False


REQUIRED, OPTIONAL = ("project",), ("shapes", "lookback")  # options


def open_source(name: str, terms: SourceTerms, settings: Settings) -> PostHog:
    """The project `options.project`; `options.shapes` says which shapes, all of them if not given."""
    session = BoundedSession()
    session.headers["Authorization"] = f"Bearer {needed(name, 'POSTHOG_API_KEY', settings.posthog_api_key)}"
    project = Project(name, session, settings.posthog_url.rstrip("/"), option(name, terms.options, "project"))
    lookback = float(str(seconds(terms.options.get("lookback", "1d"))))
    shapes = _shapes(name, terms.options.get("shapes", ""))
    failing: dict[str, int] = {}
    readers = {shape: _READERS[shape](project, terms, lookback, failing) for shape in shapes}
    return PostHog(project, readers, lookback, failing)


def _shapes(name: str, text: str) -> list[Shape]:
    words = text.replace(",", " ").split()
    unknown = [word for word in words if word not in list(Shape)]
    if unknown:
        raise SourceRejected(
            f"sources.{name}.options.shapes: {unknown[0]!r} is none of PostHog's shapes; there are {', '.join(Shape)}"
        )
    return [Shape(word) for word in dict.fromkeys(words)] or list(Shape)
