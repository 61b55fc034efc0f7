"""Logs of checks that failed for want of the network or of a machine, and logs of tests that failed."""

from __future__ import annotations

import pytest

from agents.outages import is_outage

RESOLVE = "Collecting pytest\ncurl: (6) Could not resolve host: files.example.org\n##[error]Process completed."


@pytest.mark.parametrize(
    "log",
    [
        RESOLVE,
        "npm error code ECONNRESET\nnpm error network aborted\n##[error]Process completed with exit code 1.",
        "fatal: unable to access 'https://git.example/acme/shop/': The requested URL returned error: 503",
        "error pulling image: toomanyrequests: You have reached your pull rate limit",
        "##[error]The hosted runner lost communication with the server. Anything in your workflow that terminates it",
        "##[error]The runner has received a shutdown signal.",
        "OSError: [Errno 28] No space left on device",
        "dial tcp: lookup proxy.example on 127.0.0.53:53: read udp: i/o timeout",
        "urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='x', port=443): Read timed out.",
        "it ended with cancelled and left no log that I can read (the token needs Actions: read)",
        'failed to do request: Head "https://hub.example/v2/library/x": net/http: TLS handshake timeout',
        'Get "https://hub.example/v2/": request canceled (Client.Timeout exceeded while awaiting headers)',
        "E: Failed to fetch http://deb.example/pool/x.deb  503  Service Unavailable [IP: 192.0.2.1 80]",
        "  Temporary failure resolving 'deb.example.org'\nE: Unable to locate package x",
        'error An unexpected error occurred: "https://npm.example/x.tgz: ESOCKETTIMEDOUT".',
        "➤ YN0035: │   Response Code: 502 (Bad Gateway)\n➤ YN0000: Failed with errors in 3s",
        "request to https://npm.example/x failed, reason: Client network socket disconnected before secure TLS",
        "error: failed to download `x`\nCaused by:\n  [28] Timeout was reached (Less than 10 bytes/sec transferred)",
        "go: x@v1: reading https://proxy.example/x/@v/v1.mod: 502 Bad Gateway",
        "[ERROR] Could not transfer artifact a:b: Connect to repo.example:443 failed: Connect timed out -> [Help 1]",
        "##[error]Response status code does not indicate success: 503 (Service Unavailable).",
        "lookup hub.example on 127.0.0.1:53: read udp 127.0.0.1:41234->127.0.0.1:53: i/o timeout",
        "Failed to query providers: 1 error occurred: dial tcp 192.0.2.1:443: i/o timeout",
        "#4 ERROR: failed to do request: dial tcp: lookup hub.example on 127.0.0.53:53: server misbehaving",
        "> Task :compileJava FAILED\n> Could not GET 'https://r.example/x'.\n  > Read timed out\n\nBUILD FAILED in 4s",
        'shop.go:8:2: example.org/x@v1.2.0: Get "https://proxy.example/x": dial tcp: lookup proxy.example: i/o timeout',
    ],
)
def test_what_the_network_or_the_machine_did_is_an_outage(log: str) -> None:
    assert is_outage(f"── tests\n{log}")


@pytest.mark.parametrize(
    "log",
    [
        "",
        "E       assert 1 == 2\nFAILED tests/test_shop.py::test_share - assert 1 == 2",
        "E   ConnectionResetError: [Errno 104] Connection reset by peer\n1 failed, 30 passed",
        "FAILED tests/test_client.py::test_retries - requests.exceptions.ReadTimeout: Read timed out.",
        "  ● fetches the page\n    ECONNRESET\nTests:       1 failed, 12 passed",
        "--- FAIL: TestDial (0.01s)\n    dial_test.go:12: i/o timeout",
        "thread 'main' panicked at src/lib.rs:9\nconnection timed out",
        "AssertionError: expected 200, got 503\nstatus code: 503",
        "[ERROR] Tests run: 3, Failures: 0, Errors: 1, Skipped: 0\njava.net.SocketTimeoutException: Read timed out",
        "Failed!  - Failed:     1, Passed:    11\nconnection timed out",
        "error TS2345: Argument of type ETIMEDOUT",
        "ruff: E501 Line too long",
        "Could not resolve host: x\n" + "building\n" * 40 + "error: linker failed",
        "not ok 1 - fetches\n  ---\n  error: 'read ECONNRESET'\n  ...\n# pass 0\n# fail 1",
        "Errno::ECONNRESET: Connection reset by peer\n3 runs, 2 assertions, 0 failures, 1 errors, 0 skips",
        "ERROR tests/test_x.py - ConnectionResetError: Connection reset by peer\n==== 1 error in 0.12s ====",
        "connection timed out\nExecuted 1 out of 2 tests: 1 test passes and 1 fails locally.",
        "  SocketException: Connection timed out\n00:02 +3 -1: Some tests failed.",
        "[error] Read timed out\n[error] Failed: Total 3, Failed 1, Errors 0, Passed 2",
        "+ curl -f http://localhost:8000/health\ncurl: (22) The requested URL returned error: 500",
        "Waiting for http://web:8000/health\ncurl: (56) Recv failure: Connection reset by peer",
        "requests.exceptions.HTTPError: 500 Server Error for url: http://127.0.0.1:5000/orders",
        "MongoNetworkError: read ECONNRESET 127.0.0.1:27017",
        "curl: (6) Could not resolve host: x (again)\nsrc/a.c:3:5: error: expected ';' before 'return'",
        "Connect timed out, from the cache\n/src/Foo.java:12: error: cannot find symbol",
        "connection reset by peer, again\n./main.go:3:5: undefined: x",
        "spurious network error: [28] Timeout was reached\nerror: could not compile `x` (lib)",
        "Read timed out\n[ERROR] COMPILATION ERROR :\n[ERROR] /x/Foo.java:[12,5] cannot find symbol",
        "npm warn retry fetch failed with ECONNRESET\nnpm error code ERESOLVE\nnpm error unable to resolve a tree",
        "npm warn ETIMEDOUT\nsrc/a.py:1:1: F401 unused\nFound 1 error.",
        "it ended with failure and left no log that I can read (the token needs Actions: read)",
        "it ended with timed_out and left no log that I can read (the token needs Actions: read)",
        "(fail) retries [1ms]\nerror: ECONNRESET\n 1 fail\n 3 pass",
        "[info] - retries *** FAILED ***\n[info]   Read timed out",
        "ClientTest > retries() FAILED\n    java.net.SocketTimeoutException: Read timed out",
        "panic: runtime error: index out of range\ngoroutine 7 [running]:\ndial: i/o timeout",
        "[ERROR] /src/A.java:[3,5] cannot find symbol\n  symbol: class ETIMEDOUT",
        "error: expected `;`\n --> src/x.rs:3:5\nfn f() { /* connection timed out */ }",
        "+ curl -f http://web:8000/health\n" + "waiting\n" * 30 + "curl: (6) Could not resolve host: web",
    ],
)
def test_a_test_that_failed_is_none_whatever_else_its_log_says(log: str) -> None:
    assert not is_outage(f"── tests\n{log}")


def test_one_check_that_failed_of_itself_is_enough_to_have_it_mended() -> None:
    assert is_outage(f"── lint\n{RESOLVE}\n\n── tests\n{RESOLVE}")
    assert not is_outage(f"── lint\n{RESOLVE}\n\n── tests\nE   assert 1 == 2")
    assert not is_outage("")
