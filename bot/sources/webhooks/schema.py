"""A signal as a tool sends it: what it may hold, and the schema that docs/signals.schema.json publishes."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from storage.columns import now
from storage.raw import Severity, possible

TITLE_LIMIT, BODY_LIMIT, NAME_LIMIT, URL_LIMIT, KEY_LIMIT, LABEL_LIMIT = 500, 40_000, 200, 2000, 280, 100  # characters
MOST = 20  # keys, labels, people
ADDRESS = r"^(https?://[^\s<>|]+)?$"
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"  # without characters that control or end a line
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise ValueError("it holds a NUL or half a character, which no database keeps")
    return text


Text = Annotated[str, AfterValidator(_storable)]


class WebhookSignal(BaseModel):
    """A signal as a tool sends it. Only the title is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Signal")

    title: Text = Field(min_length=1, max_length=TITLE_LIMIT, description="What is wrong, in one line.")
    body: Text = Field(default="", max_length=BODY_LIMIT, description="Everything else that is known, as plain text.")
    id: Text = Field(
        default="",
        max_length=NAME_LIMIT,
        pattern=_ONE_LINE,
        description="Your name for the problem. Sending it again with other words updates the signal. Empty: the "
        "idempotency key or, without one, the body stands for it.",
    )
    occurrence: Text = Field(
        default="",
        max_length=NAME_LIMIT,
        pattern=_ONE_LINE,
        description="What tells one time it happened from the next, such as the moment of a regression: another "
        "occurrence of the same id is another signal.",
    )
    severity: Severity = Field(default=Severity.WARNING, description="How bad it is.")
    reach: int = Field(default=1, ge=0, le=2**31 - 1, description="How many people met it.")
    url: Text = Field(default="", max_length=URL_LIMIT, pattern=ADDRESS, description="Where to see it.")
    author: Text = Field(default="", max_length=NAME_LIMIT, description="Who or what reported it.")
    people: tuple[Annotated[Text, Field(max_length=NAME_LIMIT)], ...] = Field(
        default=(), max_length=MOST, description="Names of people in the text; they are replaced before it is kept."
    )
    keys: tuple[Annotated[Text, Field(min_length=1, max_length=KEY_LIMIT)], ...] = Field(
        default=(),
        max_length=MOST,
        description="What identifies the problem exactly, such as an error's fingerprint: signals that share one are "
        "filed under one report.",
    )
    labels: tuple[Annotated[Text, Field(min_length=1, max_length=LABEL_LIMIT)], ...] = Field(
        default=(),
        max_length=MOST,
        description="What your tool files it under, such as a component: two of this source that share a rare one "
        "are likelier the same problem. Nobody is shown them; say in the body what should be read.",
    )
    happened_at: Annotated[AwareDatetime, AfterValidator(lambda moment: possible(min(moment, now())))] | None = Field(
        default=None, description="When, with its time zone. Left out: now."
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what may be sent, as docs/signals.schema.json publishes it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **WebhookSignal.model_json_schema()}
