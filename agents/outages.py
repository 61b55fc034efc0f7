"""Whether what a check printed speaks of the network or of the machine that it ran on, and of nothing else. Pure.

A wrong yes costs a run of the checks, a wrong no a round of the agent: so every word of a test that failed says no.
"""

from __future__ import annotations

import re

SECTION = "── "  # leads the name of a check above its log
_LAST = 30  # lines of a log that say why it ended
_OUTAGE = re.compile(
    r"""
      could\ not\ resolve\ (?:host|proxy) | temporary\ failure\ in\ name\ resolution | name\ or\ service\ not\ known
    | eai_again | enotfound | econnreset | etimedout | connection\ (?:reset\ by\ peer|timed\ out)
    | network\ is\ unreachable | tls\ handshake\ timeout | i/o\ timeout | read\ timed\ out
    | the\ remote\ end\ hung\ up\ unexpectedly
    | (?:unexpected\ status|status\ code|http(?:/\d[.\d]*)?|error|returned\ error)[\ :=]+(?:429|50[0234])\b
    | toomanyrequests | no\ space\ left\ on\ device
    | received\ a\ shutdown\ signal | lost\ communication\ with\ the\ server
    | runner\ (?:has\ been|was)\ (?:lost|terminated) | spot\ instance\ (?:was\ )?(?:interrupted|terminated)
    | ended\ with\ cancelled
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TESTED = re.compile(
    r"""
      ^E\ {2,}\S | ^FAILED\ | ^ERROR\ \S+:: | ^\s*---\ FAIL | ^FAIL\b | ^\s*[✕✗✖●]\ | panicked\ at
    | \bassert(?:ion)?(?:error)?\b | \berror\[E\d+\] | \berror\ TS\d+
    | \b[1-9]\d*\ (?:tests?\ |examples?\ |specs?\ )?(?:failed|failures?|failing)\b
    | \b(?:fail(?:ed|ures?)|errors):\s*[1-9]
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


def is_outage(red_log: str) -> bool:
    """Whether each of the checks whose logs these are, each under its name, failed of an outage by its last lines."""
    logs = [log for log in re.split(rf"(?m)^{SECTION}.*$", red_log) if log.strip()]
    return bool(logs) and all(map(_is_one, logs))


def _is_one(log: str) -> bool:
    last = "\n".join(log.strip().splitlines()[-_LAST:])
    return _OUTAGE.search(last) is not None and _TESTED.search(log) is None
