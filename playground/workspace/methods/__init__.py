"""The Web API, one module per family of methods."""

from __future__ import annotations

from collections.abc import Mapping

from playground.workspace.methods import api, chat, conversations, files, people, reactions, views
from playground.workspace.methods.arguments import Method

METHODS: Mapping[str, Method] = {
    **api.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **views.METHODS,
}
