"""Whether what a check printed speaks of the network or of the machine that it ran on, and of nothing else. Pure.

A wrong yes has the same change pushed until its rounds are used up, and the agent never looks; a wrong no costs one of
its rounds. So every word of a test that failed, of a line of code or of a server of one's own says no.
"""

from __future__ import annotations

import re

SECTION = "── "  # leads the name of a check above its log
_LAST = 30  # lines of a log that say why it ended
_OUTAGE = re.compile(
    r"""
      could\ not\ resolve\ (?:host|proxy):\ [\w-]+\. | temporary\ failure\ (?:in\ name\ resolution|resolving)
    | name\ or\ service\ not\ known | server\ misbehaving
    | eai_again | enotfound | econnreset | e(?:socket)?timedout | err_socket_timeout
    | connection\ (?:reset\ by\ peer|timed\ out) | network\ is\ unreachable | tls\ handshake\ timeout | i/o\ timeout
    | read\ timed\ out | timeout\ was\ reached | client\.timeout\ exceeded | incompleteread
    | the\ remote\ end\ hung\ up\ unexpectedly | mirror\ sync\ in\ progress
    | (?:unexpected\ status|status\ code|code|http(?:/\d[.\d]*)?|error|returned\ error)[\ :=]+(?:429|50[234])\b
    | \b50[234]\ +(?:bad\ gateway|service\ unavailable|gateway\ time-?out) | failed\ to\ resolve\ action\ download
    | toomanyrequests | no\ space\ left\ on\ device
    | received\ a\ shutdown\ signal | lost\ communication\ with\ the\ server
    | runner\ (?:has\ been|was)\ (?:lost|terminated) | spot\ instance\ (?:was\ )?(?:interrupted|terminated)
    | ended\ with\ cancelled
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF_THE_CHANGE = re.compile(
    r"""
      ^E\ {2,}\S | ^ERROR\ \S+\ -\  | ^ERROR\ \S+:: | ^\s*FAIL\b | ^\s*---\ FAIL | ^\s*[✕✗✘✖●]\ | ^\s*not\ ok\ \d
    | ^\s*\(fail\) | panicked\ at | ^panic:\  | ^goroutine\ \d
    | (?-i:^(?!>\ Task\ ).*(?<!BUILD\ )\bFAILED\b)
    | \bassert(?:ion)?(?:error)?\b | \berror\[E\d+\] | \berror\ TS\d+
    | (?<![:.\d#])(?!429\ |50\d\ )\b[1-9]\d*\ (?:tests?\ |examples?\ |specs?\ )?(?:fail(?:ed|ures?|ing|s)?|errors?)\b
    | \bfail(?:ed|ures?|ing)?:?\ +(?!429|50\d)[1-9]\d*\b | \berrors:\s*[1-9]
    | ^(?!.*https?://)(?:\#\#\[error\]|\[ERROR\]\ )?[^\s:]+\.\w{1,5}(?::\d+:|\(\d+|:\[\d+) | ^\s*-->\ \S+:\d+
    | \blocalhost\b | \b127\.0\.0\.1\b | \b0\.0\.0\.0\b | \[::1\]
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


def is_outage(red_log: str) -> bool:
    """Whether each of the checks whose logs these are, each under its name, failed of an outage by its last lines."""
    logs = [log for log in re.split(rf"(?m)^{SECTION}.*$", red_log) if log.strip()]
    return bool(logs) and all(map(_is_one, logs))


def _is_one(log: str) -> bool:
    last = "\n".join(log.strip().splitlines()[-_LAST:])
    return _OUTAGE.search(last) is not None and _OF_THE_CHANGE.search(log) is None
