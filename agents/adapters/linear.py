"""Linear through linear-api's client, for what that client lacks: an address, a time limit, and errors with types.

Only its transport is used, with our own queries. Its cache stays off (it would be stale on other machines), and its
priorities are not used at all: they are off by one. What Linear says: 0 none, 1 urgent, 2 high, 3 medium, 4 low.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import requests
from linear_api import LinearClient

from agents.adapters.sessions import BoundedSession, how_it_failed
from agents.errors import NotAtSource, NotShown, OverRate, SourceDown, SourceRejected

_PATIENCE = 15  # seconds that Linear has to answer
_LONGEST_REST = 3600.0  # seconds
_LIMITED = "RATELIMITED"
_BUCKETS = ("Requests", "Complexity")
_ITS_OWN = frozenset({"INTERNAL_SERVER_ERROR", "LOCK_TIMEOUT"})  # faults, whatever the status
_BY_OAUTH = "lin_oauth_"  # how tokens begin that Linear takes as bearers alone
_NOT_FOUND = "Entity not found"


class Priority(IntEnum):
    """An issue's priority, in Linear's numbers."""

    NONE = 0
    URGENT = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class Linear(LinearClient):  # type: ignore[misc]  # linear-api ships no types
    """Linear's GraphQL API, with one key."""

    def __init__(self, key: str, url: str, session: requests.Session | None = None) -> None:
        if not key:
            raise SourceRejected("LINEAR_API_KEY is not set; make a key in Linear's settings (Security & access)")
        super().__init__(api_key=key, enable_cache=False)
        self._url = url
        self._session = session or BoundedSession()

    def ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data that answers a query. Raises SourceDown and SourceRejected."""
        return dict(self.execute_graphql(query, dict(variables)))

    def ask_page(
        self, query: str, variables: Mapping[str, Any], root: str
    ) -> tuple[dict[str, Any], dict[int, SourceDown | NotShown]]:
        """A page of the list `root`, and what is wrong with which of its nodes: GraphQL may answer with a part.

        Raises SourceDown and SourceRejected for what is wrong with anything else.
        """
        response, said = self._sent({"query": query, "variables": dict(variables)})
        faults = {_node(fault, root): fault for fault in said.get("errors") or []}
        page = (said.get("data") or {}).get(root)
        if not response.ok or not page or -1 in faults:
            page = _data(response, said)[root]
        return dict(page), {node: _lack(fault) for node, fault in faults.items()}

    def call_api(self, query: dict[str, Any] | str) -> dict[str, Any]:
        """Every call of the client comes through here. Raises SourceDown and SourceRejected."""
        return _data(*self._sent({"query": query} if isinstance(query, str) else query))

    def _sent(self, body: Mapping[str, Any]) -> tuple[requests.Response, dict[str, Any]]:
        try:
            response = self._session.post(
                self._url, json=body, headers={"Authorization": _shown(str(self.api_key))}, timeout=_PATIENCE
            )
        except requests.RequestException as error:
            raise SourceDown(f"Linear {how_it_failed(error)}; it is asked again later") from error
        return response, _said(response)


def _data(response: requests.Response, said: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an answer that is whole."""
    codes = {str((fault.get("extensions") or {}).get("code")) for fault in said.get("errors") or []}
    if response.status_code == requests.codes.too_many_requests or _LIMITED in codes:
        raise OverRate("Linear limits our rate; it is asked again later", _rest(response.headers))
    if response.status_code >= requests.codes.server_error or codes & _ITS_OWN:
        raise SourceDown(f"Linear answered {response.status_code}; it is asked again later")
    if codes or not response.ok:
        no = NotAtSource if _faults(said).startswith(_NOT_FOUND) else SourceRejected
        raise no(f"Linear answered {response.status_code}: {_faults(said)}; check LINEAR_API_KEY")
    if not said:
        raise SourceRejected("Linear answered with something that is no JSON; check LINEAR_URL")
    return dict(said.get("data") or {})


def _node(fault: Mapping[str, Any], root: str) -> int:
    """Of which node of a list something could not be told; -1 for what concerns more than one."""
    match fault.get("path"), (fault.get("extensions") or {}).get("code"):
        case [str(list_), "nodes", int(node), _, *_], code if list_ == root and code != _LIMITED:
            return node
        case _:
            return -1


def _lack(fault: Mapping[str, Any]) -> SourceDown | NotShown:
    code = str((fault.get("extensions") or {}).get("code"))
    what = ".".join(map(str, fault["path"][3:]))
    return (SourceDown if code in _ITS_OWN else NotShown)(f"Linear answered {code} for its {what}; it is asked again")


def _shown(key: str) -> str:
    """A key as Linear wants to see it: one of a person as it is, a token of OAuth as a bearer."""
    return f"Bearer {key}" if key.startswith(_BY_OAUTH) else key


def _said(response: requests.Response) -> dict[str, Any]:
    try:
        return dict(response.json())
    except ValueError:
        return {}


def _faults(said: Mapping[str, Any]) -> str:
    messages = [str(fault.get("message")) for fault in said.get("errors") or []]
    return ", ".join(messages)[:300] or "no reason given"


def _rest(headers: Mapping[str, str]) -> float | None:
    """The seconds to wait: by Retry-After, or until the moment at which the bucket that is empty is full again.

    Linear counts requests and, apart from them, how dear they are (its SDK's RatelimitedLinearError).
    """
    after = headers.get("Retry-After", "")
    if after.isdigit():
        return min(float(after), _LONGEST_REST)
    empty = [each for each in _BUCKETS if headers.get(f"X-RateLimit-{each}-Remaining") == "0"]
    moments = [headers.get(f"X-RateLimit-{each}-Reset", "") for each in empty or _BUCKETS]  # milliseconds since 1970
    waits = [int(full) / 1000 - time.time() for full in moments if full.isdigit()]
    return min(max(0.0, *waits), _LONGEST_REST) if waits else None
