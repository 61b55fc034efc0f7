"""The words of a pull request: problem, cause, proof with both logs folded and cut to size, risk, how to undo. Pure."""

from __future__ import annotations

import re

from agents.exchange import Draft
from agents.suite import suite_said
from storage.judgments import FixSubmission, Proof, Research
from storage.raw import SLACK
from storage.records import Report, Signal

LOG_LIMIT = 12_000  # characters of each log; the code host takes 65,536 for the whole body
_PART_LIMIT = 6_000
_CLOSING = re.compile(
    r"\b((?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+)(?=[\w./-]*#\d|GH-\d|https?://\S+/issues/\d)", re.IGNORECASE
)  # what has the code host close an issue when the pull request is merged, whoever wrote it


def pull_request_draft(
    report: Report,
    signals: list[Signal],
    submission: FixSubmission,
    proof: Proof,
    *,
    branch: str,
    thread: str,
    label: str,
) -> Draft:
    """The draft pull request of a proven fix. `thread` is the address of the report's thread, empty if unknown."""
    parts = [
        _section("Problem", _problem(report, signals)),
        _section("Cause", _cause(report.research)),
        _section("What this changes", _plain(submission.summary)),
        _section("Proof", _proof(proof)),
        _section("Risk", _plain(submission.risk)),
        _section("How to undo", _plain(submission.undo)),
        _footer(report, thread),
    ]
    return Draft(branch=branch, title=title_text(submission), body="\n\n".join(parts), label=label)


def title_text(submission: FixSubmission) -> str:
    """The title of the pull request and of its commit."""
    return _plain(submission.title)[:250]


def answer_text(answer: str) -> str:
    """What a round did about what people and checks said, as a comment."""
    return _plain(answer)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def _problem(report: Report, signals: list[Signal]) -> str:
    lines = [_plain(report.gist or report.title), ""]
    for signal in signals[:10]:
        called = "a message" if signal.source == SLACK else _literal(signal.external_id)
        name = f"[{called}]({signal.url})" if _is_link(signal.url) else called
        title = signal.title or (signal.summary.title if signal.summary else "")
        lines.append(f"- {signal.source}: {name} — {_literal(title[:160])}")
    return "\n".join(lines)


def _cause(research: Research | None) -> str:
    if research is None:
        return "Not researched."
    lines = [_plain(research.cause or research.headline), ""]
    for finding in research.findings:
        where = ", ".join(f"`{evidence.where}:{evidence.line}`" for evidence in finding.evidence if evidence.line)
        lines.append(f"- {_plain(finding.claim)}" + (f" ({where})" if where else ""))
    return "\n".join(lines)


def _proof(proof: Proof) -> str:
    tests = " ".join(proof.test_ids)
    return "\n\n".join(
        [
            f"The new tests (`{_plain(tests)}`) fail without the change and pass with it; {_plain(suite_said(proof))}.",
            _folded("Before the change: failing", proof.before_log),
            _folded("After the change: passing", proof.after_log),
            _folded("Whole suite", proof.suite_log),
        ]
    )


def _folded(title: str, log: str) -> str:
    text = log if len(log) <= LOG_LIMIT else f"{log[: LOG_LIMIT // 2]}\n… cut …\n{log[-LOG_LIMIT // 2 :]}"
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)  # a log that holds fences must not end ours
    return f"<details><summary>{title}</summary>\n\n{fence}text\n{text}\n{fence}\n</details>"


def _footer(report: Report, thread: str) -> str:
    link = f"[its Slack thread]({thread})" if _is_link(thread) else "its Slack thread"
    return f"---\nWritten by Signalbox for {report.ref}; discussed and approved in {link}. A person must review it."


def _plain(text: str) -> str:
    """Foreign words must mention nobody, close no issue, and bring neither HTML nor pictures into the pull request."""
    harmless = text.replace("<", "&lt;").replace("@", "@\u200b").replace("![", "!\u200b[")
    return _CLOSING.sub(r"\1issue ", harmless)[:_PART_LIMIT]


def _literal(text: str) -> str:
    """Foreign words in one line that are no Markdown either: a link's words must lead where they seem to."""
    return re.sub(r"([\\`*_\[\]~|])", r"\\\1", _plain(" ".join(text.split())))


def _is_link(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s()<>]+", url) is not None
