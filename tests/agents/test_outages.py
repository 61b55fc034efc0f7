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
        "npm error code E502\nnpm error 502 Bad Gateway - GET https://registry.example/x",
        'error An unexpected error occurred: "https://registry.example/x.tgz: ESOCKETTIMEDOUT".',
        "#4 ERROR: failed to do request: dial tcp: lookup hub.example on 127.0.0.53:53: server misbehaving",
        "Error response from daemon: request canceled (Client.Timeout exceeded while awaiting headers)",
        "E: Failed to fetch http://a.example/x.deb  Temporary failure resolving 'a.example'",
        "E: Failed to fetch http://a.example/x.deb  503  Service Unavailable [IP: 192.0.2.1 80]",
        "Caused by:\n  [28] Timeout was reached (Operation timed out after 30000 milliseconds)",
        "[ERROR] Could not transfer artifact g:a:jar:1: Connect to r.example:443 failed: Connection timed out",
        "> Task :compileJava FAILED\n> Could not GET 'https://r.example/x'.\n  > Read timed out\n\nBUILD FAILED in 4s",
        'shop.go:8:2: example.org/x@v1.2.0: Get "https://proxy.example/x": dial tcp: lookup proxy.example: i/o timeout',
        "##[error]Failed to resolve action download info. Error: Service Unavailable",
        "12 passed, 0 failed\ncurl: (6) Could not resolve host: uploads.example.org",
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
        "it ended with failure and left no log that I can read (the token needs Actions: read)",
        "it ended with timed_out and left no log that I can read (the token needs Actions: read)",
        "ERROR tests/test_client.py - OSError: Temporary failure in name resolution\n1 error in 0.4s",
        "4 runs, 3 assertions, 0 failures, 1 errors, 0 skips\nErrno::ECONNRESET: Connection reset by peer",
        "not ok 3 - fetches\n  code: 'ECONNRESET'\n# pass 2\n# fail 1",
        " FAIL  src/api.test.ts > retries\nError: ECONNRESET",
        "(fail) retries [1ms]\nerror: ECONNRESET\n 1 fail\n 3 pass",
        "[info] - retries *** FAILED ***\n[info]   Read timed out",
        "ClientTest > retries() FAILED\n    java.net.SocketTimeoutException: Read timed out",
        "panic: runtime error: index out of range\ngoroutine 7 [running]:\ndial: i/o timeout",
        "src/net.c:12:5: error: 'ETIMEDOUT' undeclared (first use in this function)",
        "[ERROR] /src/A.java:[3,5] cannot find symbol\n  symbol: class ETIMEDOUT",
        "F821 Undefined name `ETIMEDOUT`\n --> src/a.py:3:5\nFound 1 error.",
        'src/x.py:3: error: Name "ETIMEDOUT" is not defined  [name-defined]',
        "+ curl -f http://localhost:8000/health\ncurl: (56) Recv failure: Connection reset by peer",
        "+ curl -f http://web:8000/health\ncurl: (6) Could not resolve host: web",
        "+ curl -f https://preview.example.org/health\ncurl: (22) The requested URL returned error: 500",
    ],
)
def test_a_test_that_failed_is_none_whatever_else_its_log_says(log: str) -> None:
    assert not is_outage(f"── tests\n{log}")


def test_one_check_that_failed_of_itself_is_enough_to_have_it_mended() -> None:
    assert is_outage(f"── lint\n{RESOLVE}\n\n── tests\n{RESOLVE}")
    assert not is_outage(f"── lint\n{RESOLVE}\n\n── tests\nE   assert 1 == 2")
    assert not is_outage("")
