"""One module for each thing a person can do in Slack. Each acknowledges, translates, writes a row and nudges."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from bot.listeners import approvals, commands, events, shortcuts
from bot.listeners.deps import Deps
from bot.listeners.failing import tell
from bot.log import QUIETEST

log = structlog.get_logger()

__all__ = ["Deps", "build_slack_app"]


def build_slack_app(deps: Deps, client: WebClient) -> App:
    """The Bolt app with every listener. It asks Slack nothing by itself: who we are is in `deps`."""
    app = App(
        name="signalbox",  # without one Bolt looks for its caller in the sources of every module, for a second
        logger=logging.getLogger(QUIETEST),  # it warns of SLACK_BOT_TOKEN, which stands there and is not for it
        client=client,
        authorize=_authorise(deps, client),
        request_verification_enabled=False,  # Socket Mode has no signatures; the app token is what we trust
        raise_error_for_unhandled_request=True,
    )
    for module in (events, approvals, commands, shortcuts):
        module.register(app, deps)

    @app.error
    def failed(error: Exception, body: dict[str, Any], response: BoltResponse | None) -> BoltResponse | None:
        """`response` is None when it was acknowledged before; Bolt then wants none."""
        if isinstance(error, BoltUnhandledRequestError):
            log.info("nothing of ours", kind=str(body.get("type") or body.get("command"))[:80])
            return BoltResponse(status=200)
        tell(error, body, deps)
        status = 503 if events.is_ours_to_keep(body) else 200  # what was not kept, Slack is to deliver again
        return BoltResponse(status=status) if response is not None else None

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
