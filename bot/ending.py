"""What a command that ends says of something that did not answer: unlike the bot, it does not try again by itself."""

from __future__ import annotations

import re

from agents.errors import CodeHostDown, ModelDown, SlackDown, SourceDown, Unavailable
from storage.errors import DatabaseDown, SignalboxError

_PROMISE = re.compile(r"[;,] (?:[\w.-]+ is|it is) (?:tried|read|asked) again(?: later| in a moment)?\.?")
_TO_DO = {
    SlackDown: "Check this machine's network and SLACK_API_URL",
    SourceDown: "Check this machine's network and the address of the source in the environment",
    CodeHostDown: "Check this machine's network, GITHUB_API_URL and GITHUB_URL",
    ModelDown: "Check this machine's network and ANTHROPIC_BASE_URL, or the other provider that the policy names",
}


def last_words(error: SignalboxError, command: str) -> str:
    """The error's sentence; where trying again may help, what to check before typing `command` again."""
    if not isinstance(error, Unavailable) or isinstance(error, DatabaseDown):
        return str(error)  # of the database it says itself what to check
    to_do = next((words for kind, words in _TO_DO.items() if isinstance(error, kind)), "Check this machine's network")
    return f"{without_promise(str(error)).rstrip('.')}. {to_do}, then type `{command}` again."


def without_promise(sentence: str) -> str:
    """The sentence without the clause that something is tried again by itself."""
    return _PROMISE.sub(lambda found: "." if found[0][-1] == "." and found.end() < len(sentence) else "", sentence)
