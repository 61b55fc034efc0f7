"""One call of Slack's Web API: made again where that is safe, its errors turned into ours."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from agents.circuit import Circuit
from agents.errors import SlackDown, SlackRejected

_TRIES = 3
_FIRST_WAIT = 0.3  # seconds; doubles
_PATIENCE = 6.0  # seconds that a call waits by itself when Slack limits our rate; beyond that the caller comes again
_TRIPS_AT, _REST = 4, 3.0  # failures in a row, and seconds: people wait for what is said here, so it is tried soon
_BUSY = frozenset({
    "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    "team_added_to_org", "org_login_required", "external_channel_migrating",  # a workspace or a channel that moves
})  # fmt: skip
_LIMITED = frozenset({"ratelimited", "rate_limited"})
_ADVICE = {
    "not_in_channel": "invite the bot to the channel with /invite",
    "channel_not_found": "check the channel's id in the policy file, and invite the bot if the channel is private",
    "is_archived": "the channel is archived; name another one in the policy file",
    "is_inactive": "the channel is archived or frozen, so what stands there cannot be changed",
    "missing_scope": "update the app from manifest.yml and reinstall it",
    "invalid_auth": "SLACK_BOT_TOKEN is wrong; copy it anew from the app's settings",
    "not_authed": "SLACK_BOT_TOKEN is missing; copy it from the app's settings",
    "token_revoked": "the app was removed from the workspace; install it again",
    "account_inactive": "the app was removed from the workspace; install it again",
    "restricted_action": "the workspace does not let the bot post in this channel; ask its owners",
    "token_expired": "the app rotates its tokens, which we do not; switch that off in its settings, and reinstall it",
    "accesslimited": "the workspace allows its apps certain networks only; ask its owners to allow this one",
    "team_access_not_granted": "the organization has not given the app to this workspace; ask its owners",
    "ekm_access_denied": "the organization's owners suspended it by their encryption keys; ask them",
    "message_limit_exceeded": "the workspace is a trial that may post no more; ask its owners",
}


@dataclass
class Calls:
    """Makes calls. Raises SlackDown when trying later may help, SlackRejected when it will not.

    A call that may be `repeated` is made again after a lost connection or a 5xx. One that may not (a post) is not: it
    may have been performed, and the caller has to look. A 429 says that nothing was done: every call waits it out.
    """

    circuit: Circuit = field(
        default_factory=lambda: Circuit(trips_at=_TRIPS_AT, first=_REST, longest=_REST, trial=_REST)
    )
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, method: str, call: Callable[[], SlackResponse], *, repeated: bool = True) -> dict[str, Any]:
        """What Slack answered."""
        waited = 0.0
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(method, call)
            except _Limited as limited:
                wait = limited.retry_after or 1.0
                if attempt == _TRIES or waited + wait > _PATIENCE:
                    raise
            except _Resting:
                raise
            except SlackDown:
                wait = _FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)  # noqa: S311 jitter, no secret
                if attempt == _TRIES or not repeated:
                    raise
            waited += wait
            self.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, call: Callable[[], SlackResponse]) -> dict[str, Any]:
        if wait := self.circuit.take():
            raise _Resting(f"Slack does not answer; {method} is tried again in a moment.", wait)
        try:
            answer = call()
        except SlackApiError as error:
            fault = _fault(method, error)
            self._count(fault if isinstance(fault, SlackDown) and not isinstance(fault, _Limited) else None)
            raise fault from error
        except (SlackClientError, HTTPException, OSError) as error:
            down = SlackDown(f"Slack did not answer {method} ({type(error).__name__}); it is tried again.")
            self._count(down)
            raise down from error
        self._count(None)
        return answer.data if isinstance(answer.data, dict) else {}

    def _count(self, down: SlackDown | None) -> None:
        if down is not None:
            self.circuit.failed(str(down))
        else:
            self.circuit.answered()


class NotMade(SlackDown):
    """The call was certainly not performed."""


class _Limited(NotMade):
    """Slack limits our rate."""


class _Resting(NotMade):
    """The breaker is open."""


def _fault(method: str, error: SlackApiError) -> SlackDown | SlackRejected:
    response: Any = error.response
    said = str(response.get("error") or "")
    status = getattr(response, "status_code", HTTPStatus.OK)
    if status == HTTPStatus.TOO_MANY_REQUESTS or said in _LIMITED:
        headers = {str(key).lower(): value for key, value in dict(getattr(response, "headers", {})).items()}
        return _Limited(f"Slack limits our rate for {method}.", _seconds(headers.get("retry-after")))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or said in _BUSY or "non-JSON" in said:
        return SlackDown(f"Slack answered {method} with {status}; it is tried again.")
    known = "restricted_action" if said.startswith("restricted_action") else said  # it has several, by what is allowed
    advice = _ADVICE.get(known, "see the method's page in Slack's documentation")
    return SlackRejected(f"Slack refused {method}: {said}; {advice}.", said)


def _seconds(retry_after: object) -> float:
    text = str(retry_after[0] if isinstance(retry_after, list) and retry_after else retry_after or "")
    return float(text) if text.replace(".", "", 1).isdigit() else 1.0
