"""A code host on this machine: enough of GitHub for PyGithub and git, over real repositories, with real checks."""

from playground.codehost.checks import CheckMode, CheckRunner
from playground.codehost.host import BOT, TOKEN, CodeHost
from playground.codehost.problems import Problem
from playground.codehost.records import Check, CheckStatus, Conclusion, Permission, ReviewState
from playground.codehost.snapshots import IssueSeen, PullSeen

__all__ = [
    "BOT",
    "TOKEN",
    "Check",
    "CheckMode",
    "CheckRunner",
    "CheckStatus",
    "CodeHost",
    "Conclusion",
    "IssueSeen",
    "Permission",
    "Problem",
    "PullSeen",
    "ReviewState",
]
