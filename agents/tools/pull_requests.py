"""pull_requests: is somebody at this already, or has just been?"""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.exchange import Tool, ToolFault, ToolSpec, Touching
from agents.ports import CodeHost
from agents.tools.asking import asked_outside
from agents.tools.hands import Hands, path_in_checkout
from agents.tools.pages import one_line

MOST = 20


class PullRequests(BaseModel):
    """Arguments of pull_requests."""

    path: str = Field(min_length=1, description="A file or folder of the repository, relative to its top.")


def pull_requests(hands: Hands, code_host: CodeHost) -> Tool:
    """Open and recently merged pull requests that touch a path."""

    def work(asked: PullRequests) -> str:
        path = path_in_checkout(asked.path)
        if path == ".":
            raise ToolFault("Name a file or folder: pull requests are looked for by what they touch.")

        def found() -> str:
            touching = code_host.touching(hands.repository, [path], merged=True)
            if not touching:
                return f"No open pull request touches {path}, and none that did was merged lately."
            return "\n\n".join(_told(one) for one in touching[:MOST])

        return asked_outside(hands, f"pull requests of {hands.repository.name}", found)

    description = (
        "Open and lately merged pull requests that touch a file or folder. Is the problem being mended, or mended"
        " after the commit that is checked out, or brought in by one of these?"
    )
    return Tool(ToolSpec("pull_requests", description, PullRequests), work)


def _told(one: Touching) -> str:
    state = "draft" if one.draft and one.state.value == "open" else one.state.value
    lines = [
        f"#{one.number} {one_line(one.title, 200)} ({state}, {one.at:%Y-%m-%d}, by {one.author}) {one.url}",
        f"  touches {', '.join(one_line(file, 120) for file in one.files)}",
        f"  {one_line(one.body)}" if one.body.strip() else "",
    ]
    return "\n".join(line for line in lines if line)
