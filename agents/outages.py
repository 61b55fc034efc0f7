"""Whether what a check printed speaks of the network or of the machine that it ran on, and of nothing else. Pure.

A wrong yes has the same change pushed until its rounds are used up, and the agent never looks; a wrong no costs one of
its rounds: so every word of a test that failed says no,
of a compiler that found fault, and of what the machine of the check serves itself.
"""

from __future__ import annotations

import re

SECTION = "── "  # leads the name of a check above its log
_LAST = 30  # lines of a log that say why it ended
_OUTAGE = re.compile(
    r"""
      could\ not\ resolve\ (?:host|proxy)(?!:\ [\w-]+(?![\w.-]))  # a name without a dot is of a server beside it
    | temporary\ failure\ (?:in\ name\ resolution|resolving) | name\ or\ service\ not\ known | server\ misbehaving
    | eai_again | enotfound | econnreset | e(?:socket)?timedout | err_socket_timeout
    | connection\ reset\ by\ peer | connect(?:ion)?\ timed\ out | operation\ timed\ out\ after | timeout\ was\ reached
    | client\.timeout\ exceeded | network\ is\ unreachable | tls\ handshake\ timeout | i/o\ timeout | read\ timed\ out
    | the\ remote\ end\ hung\ up\ unexpectedly | network\ socket\ disconnected
    | (?:unexpected\ status|(?:status|response|returned)\ code|http(?:/\d[.\d]*)?|error|returned\ error)[\ :=]+
      (?:429|50[0234])\b
    | \b(?:429|50[234])\s+\(?(?:too\ many\ requests|bad\ gateway|service\ (?:temporarily\ )?unavailable|gateway\ time)
    | toomanyrequests | no\ space\ left\ on\ device
    | received\ a\ shutdown\ signal | lost\ communication\ with\ the\ server
    | runner\ (?:has\ been|was)\ (?:lost|terminated) | spot\ instance\ (?:was\ )?(?:interrupted|terminated)
    | ended\ with\ cancelled
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OWN = re.compile(
    r"""
      \bhttps?://(?:[\w-]+|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?(?=[/\s'")]|$)
    | \b(?:localhost|127\.0\.0\.1):(?!53\b)\d{2,5}(?!\d|->)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What listens on the machine itself, or beside it under a name without a dot: the change may be why it does not."""
_FAILED = re.compile(
    r"""
      ^E\ {2,}\S | (?-i:^(?!>\ Task\ ).*(?<!BUILD\ )\bFAILED\b) | ^ERROR\ \S+:: | ^\s*---\ FAIL | ^FAIL\b
    | ^\s*[✕✗✖●]\ | panicked\ at | ^panic:\  | ^goroutine\ \d
    | ^\s*not\ ok\ \d | ^\s*\(fail\)\  | ^\S\ fail\ [1-9] | \btests?\ failed\b
    | \bassert(?:ion)?(?:error)?\b
    | (?<![:\w])[1-9]\d*\ (?:tests?\ |examples?\ |specs?\ )?(?:failed|failures?|failing|fails)\b  # but no port
    | \b(?:fail(?:ed|ures?)|errors):\s*[1-9] | ,\ failed\ [1-9] | (?<!\#)\b[1-9]\d?\ errors?\b(?!\ occurred)
    | \berror\[E\d+\] | \berror\ TS\d+ | :\d+:\ (?:fatal\ )?error: | ^\S+\.go:\d+:\d+:\ (?!.*https?://)
    | ^npm\ (?:ERR!|error)\ code\ (?:ERESOLVE|E404|ETARGET|EUSAGE|EBADENGINE)\b
    | could\ not\ compile | \bcompilation\ (?:error|fail) | ^\[ERROR\]\ \S+:\[\d+,\d+\] | ^\s*-->\ \S+:\d+:\d
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
"""Tests that failed, what linters and compilers found, and what npm cannot install however often it asks."""


def is_outage(red_log: str) -> bool:
    """Whether each of the checks whose logs these are, each under its name, failed of an outage by its last lines."""
    logs = [log for log in re.split(rf"(?m)^{SECTION}.*$", red_log) if log.strip()]
    return bool(logs) and all(map(_is_one, logs))


def _is_one(log: str) -> bool:
    last = "\n".join(log.strip().splitlines()[-_LAST:])
    return bool(_OUTAGE.search(last)) and not _OWN.search(last) and not _FAILED.search(log)
