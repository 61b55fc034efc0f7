"""Route: in which of several repositories is the cause? Asked of a model only when no rule says so."""

from __future__ import annotations

from collections.abc import Mapping

from agents import case_text
from agents.cases import SeenSignal
from agents.exchange import About
from agents.ports import Model
from agents.prompts import quoted
from agents.terms import Repository
from storage.judgments import Judgment, Stage
from storage.reports.past import PastReport
from storage.routing import Routing


class AboutRoute(About):
    """A report, and the repositories it may be about."""

    title: str
    gist: str
    signals: tuple[SeenSignal, ...]
    repositories: tuple[Repository, ...]
    corrected: tuple[tuple[str, str], ...] = ()  # titles of similar reports, and where people said they belong

    def variables(self) -> Mapping[str, str]:
        """What prompts/route.md names."""
        said = [f"{title}: {name}" for title, name in self.corrected]
        return {
            "title": self.title,
            "gist": case_text.gist_text(self.gist),
            "signals": case_text.signals_text(self.signals),
            "repositories": "\n".join(map(_shown, self.repositories)),
            "corrections": quoted("\n".join(said), "where similar reports belong") if said else "Nothing.",
        }

    def fault(self, answer: Judgment) -> str:
        """A name that is not among the repositories is none."""
        names = [repository.name for repository in self.repositories]
        if isinstance(answer, Routing) and answer.repository and answer.repository not in names:
            return f"{answer.repository!r} is not among them; choose one of {', '.join(names)}, or leave it empty."
        return ""


def route(about: AboutRoute, model: Model) -> Routing:
    """One judgment. Raises ModelDown and ModelRefused."""
    return model.judge(Stage.ROUTE, about, Routing)


def corrections(similar: list[PastReport]) -> tuple[tuple[str, str], ...]:
    """Of similar reports, those that people said the repository of."""
    return tuple((one.title, one.repository) for one in similar if one.corrected and one.repository)


def _shown(repository: Repository) -> str:
    known = (("products", repository.products), ("files", repository.paths))
    return f"- {repository.name}" + "".join(f"; {what}: {', '.join(names)}" for what, names in known if names)
