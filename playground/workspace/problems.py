"""What the workspace refuses: to the app as Slack says it, to a person as a sentence."""

from __future__ import annotations

from typing import Any


class SlackError(Exception):
    """The call is answered with ok false, this error word, and these further fields."""

    def __init__(self, error: str, **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        self.fields = fields


class InvalidBlocks(SlackError):
    """`errors` are sentences that end in a JSON pointer, as Slack writes them."""

    def __init__(self, errors: list[str], error: str = "invalid_blocks") -> None:
        super().__init__(error, errors=errors, response_metadata={"messages": [f"[ERROR] {each}" for each in errors]})


class RateLimited(Exception):
    """The call is answered with 429 and this many seconds in Retry-After."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds


class PersonCannot(Exception):
    """A person tried what Slack would not let them do; the sentence says what and why."""
