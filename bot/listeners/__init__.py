"""One module for each thing a person can do in Slack. Each acknowledges, translates, writes a row and nudges."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from agents.errors import SlackDown, SlackRejected
from bot.listeners import approvals, commands, events, shortcuts
from bot.listeners.deps import Deps

log = structlog.get_logger()

__all__ = ["Deps", "build_slack_app"]


def build_slack_app(deps: Deps, client: WebClient) -> App:
    """The Bolt app with every listener. It asks Slack nothing by itself: who we are is in `deps`."""
    app = App(client=client, authorize=_authorise(deps, client), request_verification_enabled=False)
    for module in (events, approvals, commands, shortcuts):
        module.register(app, deps)

    @app.error
    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        reference = secrets.token_hex(3)
        log.error("a listener failed", reference=reference, error=str(error), exc_info=error)
        _tell(body, f"That did not work. The log has it under {reference}; try again, or ask who runs me.", deps)
        return BoltResponse(status=200)

    return app


def _authorise(deps: Deps, client: WebClient) -> Callable[..., AuthorizeResult]:
    def authorise(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=deps.home_team,
            bot_token=client.token,
            bot_id=deps.our_bot,
            bot_user_id=deps.our_user,
        )

    return authorise


def _tell(body: dict[str, Any], sentence: str, deps: Deps) -> None:
    """Tell the person who waits for an answer; if even that fails, the log has it."""
    user = (body.get("user") or {}).get("id") if isinstance(body.get("user"), dict) else body.get("user_id")
    channel = (body.get("channel") or {}).get("id") if isinstance(body.get("channel"), dict) else body.get("channel_id")
    if not isinstance(user, str) or not isinstance(channel, str):
        return
    try:
        deps.slack.whisper(channel, user, sentence)
    except (SlackDown, SlackRejected) as error:
        log.warning("the person could not be told", error=str(error))
