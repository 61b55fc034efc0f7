"""Examines what the bot has in Slack: its tokens, their rights, its channels, and the people who may approve."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from agents.terms import Channel, Policy
from bot.doctor.findings import Finding, Verdict
from bot.settings import Settings, secret, unset
from bot.slack.manifest import bot_scopes

_UNWELL = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_BOT_TOKEN = "Slack bot token"  # noqa: S105 what a finding is about


def examine_slack(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    """The tokens, what they may do, the channels and the approvers."""
    if not settings.slack_bot_token or not settings.slack_app_token:
        yield Finding("Slack", Verdict.BAD, unset("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"))
        return
    client = _client(settings)
    yield from (tokens := list(examine_bot_token(settings)))
    if any(each.verdict is Verdict.BAD and each.what == _BOT_TOKEN for each in tokens):
        return
    yield from examine_level_token(settings)
    for channel in policy.channels if policy else ():
        yield _channel(client, channel)
    for room in _told(policy) if policy else ():
        yield _channel(client, Channel.model_construct(id=room, connect=True))
    yield from _approvers(client, policy, str(client.auth_test().get("team_id") or ""))


def examine_bot_token(settings: Settings) -> Iterator[Finding]:
    """Whose it is, and whether all is granted that the manifest asks for."""
    try:
        answer = _client(settings).auth_test()
    except SlackApiError as error:
        yield Finding(_BOT_TOKEN, Verdict.BAD, why_not(error, "reinstall the app, copy anew"))
        return
    yield Finding(_BOT_TOKEN, Verdict.GOOD, f"{answer['user']} in {answer['team']}")
    yield _scopes({scope for scope in (answer.headers.get("x-oauth-scopes") or "").split(",") if scope})


def why_not(error: Exception, to_do: str = "type `signalbox doctor`, which looks at the token") -> str:
    """What Slack's no means, and what to do: what it was asked may be wrong, or Slack is not well, or far away."""
    if not isinstance(error, SlackApiError):
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return f"it cannot be reached ({why}); check this machine's network and SLACK_API_URL, and try again"
    said = _said(error)
    if said == "ratelimited":
        return "Slack asks us to wait; try again in a minute"
    if said in _UNWELL:
        return f"Slack says {said}, so it is not well itself; try again later"
    if not re.fullmatch(r"[a-z_]+", said):
        return "what answers is not Slack's API, or not well; check this machine's network and SLACK_API_URL, try again"
    return f"Slack says {said}; {to_do}"


def _said(error: SlackApiError) -> str:
    said = getattr(error.response, "data", error.response)
    return str(said.get("error") or "") if isinstance(said, dict) else ""


def _client(settings: Settings) -> WebClient:
    return WebClient(secret(settings.slack_bot_token), base_url=settings.slack_api_url)


def _channel(client: WebClient, terms: Channel) -> Finding:
    what = f"channel {terms.id}"
    try:
        channel = client.conversations_info(channel=terms.id)["channel"]
    except SlackApiError as error:
        return Finding(what, Verdict.BAD, why_not(error, "check the id and invite the bot"))
    if channel.get("is_archived"):
        return Finding(what, Verdict.BAD, f"#{channel['name']} is archived; take it out of the policy, or name another")
    if not channel.get("is_member"):
        return Finding(what, Verdict.BAD, f"the bot is not in #{channel['name']}; type /invite @signalbox there")
    if (channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")) and not terms.connect:
        sentence = (
            f"#{channel['name']} is shared with another workspace, so it is not listened to; `connect = true` and a "
            "report_to of your own in its [[channels]] entry change that"
        )
        return Finding(what, Verdict.MISSING, sentence)
    return Finding(what, Verdict.GOOD, f"#{channel['name']}")


def _told(policy: Policy) -> list[str]:
    """Channels that are not watched, where something is told."""
    watched = {channel.id for channel in policy.channels}
    rooms = [each.report_to for each in policy.channels] + [each.report_to for each in policy.sources.values()]
    rooms.append(policy.held_notes_to)
    return [room for room in dict.fromkeys(rooms) if room and room not in watched]


def _scopes(granted: set[str]) -> Finding:
    missing = sorted(set(bot_scopes()) - granted)
    if missing and granted:
        sentence = f"missing: {', '.join(missing)}; update the app from manifest.yml and reinstall it"
        return Finding("Slack scopes", Verdict.BAD, sentence)
    return Finding("Slack scopes", Verdict.GOOD, "all granted" if granted else "Slack did not list them")


def examine_level_token(settings: Settings) -> Iterator[Finding]:
    """Whether Socket Mode opens, and is that of the app whose bot we are: another's brings another's events."""
    what, token, client = "Slack app token", secret(settings.slack_app_token), _client(settings)
    try:
        WebClient(base_url=settings.slack_api_url).apps_connections_open(app_token=token)
    except SlackApiError as error:
        yield Finding(what, Verdict.BAD, why_not(error, "it needs the scope connections:write"))
        return
    try:
        bot = str(client.auth_test().get("bot_id") or "")
        app = str(client.bots_info(bot=bot)["bot"].get("app_id") or "")
    except SlackApiError:
        app = ""
    if app and token.startswith("xapp-") and f"-{app}-" not in token:
        sentence = f"it is another app's than the bot token's ({app}); copy both from the settings of one app"
        yield Finding(what, Verdict.BAD, sentence)
        return
    yield Finding(what, Verdict.GOOD, "Socket Mode opens")


def _approvers(client: WebClient, policy: Policy | None, home: str) -> Iterator[Finding]:
    if policy is None:
        return
    if not policy.channels and not policy.sources:
        sentence = "the policy names no channel and no source: nothing is filed but what people ask about"
        yield Finding("channels", Verdict.MISSING, sentence)
    if not policy.approvers:
        yield Finding("approvers", Verdict.MISSING, "the policy names none: nobody can approve a fix")
    for user in sorted(policy.approvers):
        if reason := _unable(client, user, home):
            yield Finding(f"approver {user}", Verdict.BAD, f"{reason}; nobody can approve by that id")
    for login, user in sorted(policy.people.items()):
        if reason := _absent(client, user):
            sentence = f"{reason} ({user}); nobody reads there that a review is asked of {login}"
            yield Finding(f"people.{login}", Verdict.BAD, sentence)


def _absent(client: WebClient, user: str) -> str:
    """Why nobody is told by this id; empty if somebody is."""
    try:
        found = client.users_info(user=user)["user"]
    except SlackApiError as error:
        is_unknown = _said(error) == "user_not_found"
        return "this workspace has nobody of that id" if is_unknown else why_not(error, "look at the token's scopes")
    left = found.get("deleted")
    return f"{found.get('real_name') or found.get('name') or user} left the workspace" if left else ""


def _unable(client: WebClient, user: str, home: str) -> str:
    """Why somebody cannot approve, as `agents.rules.may_decide` sees it; empty if they can."""
    try:
        found = client.users_info(user=user)["user"]
    except SlackApiError as error:
        is_unknown = _said(error) == "user_not_found"
        return "this workspace has nobody of that id" if is_unknown else why_not(error, "look at the token's scopes")
    teams = {str(found.get("team_id") or home), *((found.get("enterprise_user") or {}).get("teams") or ())}
    reasons = {
        "left the workspace": found.get("deleted"),
        "is a guest": found.get("is_restricted") or found.get("is_ultra_restricted"),
        "is a bot": found.get("is_bot"),
        "is of another workspace": found.get("is_stranger") or (home and home not in teams),
    }
    why = next((words for words, holds in reasons.items() if holds), "")
    return f"{found.get('real_name') or found.get('name') or user} {why}" if why else ""
