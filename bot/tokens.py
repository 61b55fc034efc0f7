"""Tokens as people paste them, and which of Slack's two is which. What is wrong is said without showing any of it."""

from __future__ import annotations

from pydantic import SecretStr

_QUOTES = ('"', "'")


def as_pasted(value: object) -> object:
    """A token without the blanks around it, and without the quotes that Docker's `--env-file` leaves there."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        text = text[1:-1].strip()
    for place, each in enumerate(text, start=1):
        if not ("!" <= each <= "~") or each in _QUOTES:
            what = "a blank" if each.isspace() else "a quotation mark" if each in _QUOTES else "a character"
            raise ValueError(f"{what} at place {place} is part of no token; copy it anew, and write NAME=token")
    return SecretStr(text) if text else None


def bot_token(token: SecretStr | None) -> SecretStr | None:
    """Slack's bot token. Raises ValueError for another kind."""
    kinds = ("xoxb-", "xoxe.xoxb-")
    return _of_kind(token, kinds, "a Bot User OAuth Token begins with xoxb- (OAuth & Permissions)")


def level_token(token: SecretStr | None) -> SecretStr | None:
    """Slack's app-level token. Raises ValueError for another kind."""
    return _of_kind(token, ("xapp-",), "an App-Level Token begins with xapp- (Basic Information)")


def _of_kind(token: SecretStr | None, kinds: tuple[str, ...], rule: str) -> SecretStr | None:
    if token is None or token.get_secret_value().startswith(kinds):
        return token
    given = next((kind for kind in ("xoxb-", "xapp-", "xoxp-") if token.get_secret_value().startswith(kind)), "")
    raise ValueError(f"{rule}; this one begins with {given}" if given else rule)
