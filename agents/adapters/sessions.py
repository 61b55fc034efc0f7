"""HTTP as we ask for it with `requests`: with our own credentials alone, and within bounds of size and time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

MOST = 32 * 1024 * 1024  # bytes of an answer once it is unpacked
LONGEST = 60.0  # seconds that its head may take, and then its body; `timeout` bounds only each wait for some of it
_AT_ONCE = 64 * 1024  # bytes
_MEGABYTE = 1024 * 1024


class OutOfBounds(requests.RequestException):
    """An answer was larger or slower than any that makes sense. Its text goes on behind the name of who sent it."""


def how_it_failed(error: requests.RequestException) -> str:
    """What goes on behind the name of who was asked."""
    return str(error) if isinstance(error, OutOfBounds) else f"did not answer ({type(error).__name__})"


class BoundedSession(requests.Session):
    """A session that takes proxies and authorities from the environment, but no credentials from `.netrc`.

    Those would go in place of the token that a request carries. Raises OutOfBounds.
    """

    def __init__(self, most: int = MOST, longest: float = LONGEST) -> None:
        super().__init__()
        self.auth = as_it_is  # anything but None keeps `requests` from looking there
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Bounded(most, longest))

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the token off where another host is asked next; nothing of `.netrc` goes in its place."""
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):  # type: ignore[no-untyped-call]
            prepared_request.headers.pop("Authorization", None)


def as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The request with the credentials that it has; given as `auth`, it keeps those of `.netrc` out."""
    return request


class _Bounded(HTTPAdapter):
    """Reads each answer whole, so that nobody after it can read more than there may be."""

    def __init__(self, most: int, longest: float) -> None:
        self._most, self._longest = most, longest
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more)
        self.poolmanager.pool_classes_by_scheme = _pools(self._longest)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = _pools(self._longest)
        return manager

    def send(self, request: requests.PreparedRequest, stream: bool = False, **more: Any) -> requests.Response:  # type: ignore[override]  # noqa: ARG002, FBT001, FBT002 as requests has it
        response = super().send(request, stream=True, **more)
        try:
            response._content = self._read(response)  # noqa: SLF001 as reading it whole would
        except BaseException:
            response.close()
            raise
        return response

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        with _cut_off(response.raw.shutdown, self._longest):
            for chunk in response.iter_content(_AT_ONCE):
                body += chunk
                if len(body) > self._most:
                    raise OutOfBounds(f"sent more than {max(1, self._most // _MEGABYTE)} MB in one answer")
        return bytes(body)


@contextmanager
def _cut_off(end: Callable[[], None], longest: float) -> Iterator[None]:
    """End what is read within after so long. Raises OutOfBounds then, whatever reading makes of it."""
    cut = threading.Event()

    def cut_off() -> None:
        cut.set()
        end()

    timer = threading.Timer(longest, cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if cut.is_set():
            raise _too_slow(longest) from error
        raise
    finally:
        timer.cancel()
    if cut.is_set():
        raise _too_slow(longest)


def _too_slow(longest: float) -> OutOfBounds:
    return OutOfBounds(f"had not sent the whole of its answer after {longest:g} seconds")


def _pools(longest: float) -> dict[str, type[HTTPConnectionPool]]:
    """What makes connections on which the head of an answer may take so long."""

    class Head(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
            reading = self.sock
            with _cut_off(lambda: socket.socket.shutdown(reading, socket.SHUT_RD), longest):
                return super().getresponse()

    class TlsHead(Head, HTTPSConnection): ...

    class Pool(HTTPConnectionPool):
        ConnectionCls = Head

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsHead

    return {"http": Pool, "https": TlsPool}
