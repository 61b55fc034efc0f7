"""views.*: modals and the Home tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.workspace.block_rules import check_view, with_ids
from playground.workspace.core import Core
from playground.workspace.methods.arguments import Args, Method
from playground.workspace.problems import InvalidBlocks, SlackError
from playground.workspace.records import Json, View
from playground.workspace.shapes import view_json

MAX_STACK = 3


def content(core: Core, view: Any, kind: str) -> Json:
    """A checked view with ids filled in. Raises invalid_arguments with Slack's list of complaints."""
    errors = check_view(view)
    if not errors and view["type"] != kind:
        errors = [f"must be {kind} [json-pointer:/view/type]"]
    if errors:
        raise InvalidBlocks(errors, "invalid_arguments")
    return {**view, "blocks": with_ids(view["blocks"], core.state.fresh_id)}


def push_view(core: Core, user: str, shown: Json) -> View:
    """Put a modal on top of this person's screen."""
    stack = core.state.modals.setdefault(user, [])
    view_id = core.state.fresh_id("V")
    view = View(
        view_id,
        user,
        shown,
        core.state.fresh_id("h"),
        root_id=stack[0] if stack else view_id,
        previous_id=stack[-1] if stack else None,
    )
    core.state.views[view_id] = view
    stack.append(view_id)
    return view


def replace(core: Core, view: View, shown: Json) -> None:
    view.content = shown
    view.hash = core.state.fresh_id("h")


def open_(core: Core, args: Args) -> Json:
    shown = content(core, args.json("view"), "modal")
    user = core.interactivity.exchange(args.need("trigger_id", "invalid_trigger_id"))
    core.state.modals[user] = []
    return {"view": view_json(core.state, push_view(core, user, shown))}


def push(core: Core, args: Args) -> Json:
    shown = content(core, args.json("view"), "modal")
    user = core.interactivity.exchange(args.need("trigger_id", "invalid_trigger_id"))
    stack = core.state.modals.get(user, [])
    if not stack:
        raise SlackError("not_found", detail="views.push needs an open modal")
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    return {"view": view_json(core.state, push_view(core, user, shown))}


def update(core: Core, args: Args) -> Json:
    view = _named(core, args)
    shown = content(core, args.json("view"), view.content["type"])
    if args.has("hash") and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    replace(core, view, shown)
    return {"view": view_json(core.state, view)}


def _named(core: Core, args: Args) -> View:
    open_views = [core.state.views[i] for stack in core.state.modals.values() for i in stack]
    open_views += [core.state.views[i] for i in core.state.homes.values()]
    for view in open_views:
        if view.id == args.text("view_id") or (
            args.has("external_id") and view.content.get("external_id") == args.text("external_id")
        ):
            return view
    raise SlackError("not_found")


def publish(core: Core, args: Args) -> Json:
    user = core.state.user(args.need("user_id")).id
    shown = content(core, args.json("view"), "home")
    view = core.state.home(user)
    if view is None:
        view_id = core.state.fresh_id("V")
        view = View(view_id, user, shown, core.state.fresh_id("h"), root_id=view_id)
        core.state.views[view_id] = view
        core.state.homes[user] = view_id
    elif args.has("hash") and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    else:
        replace(core, view, shown)
    return {"view": view_json(core.state, view)}


METHODS: Mapping[str, Method] = {
    "views.open": Method(open_),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
