"""Why a loop or a stage stopped."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Why a loop or a stage stopped."""

    FINISHED = "finished"
    OUT_OF_STEPS = "out_of_steps"
    OUT_OF_MONEY = "out_of_money"
    OUT_OF_TIME = "out_of_time"
    NO_MODEL = "no_model"  # no key is set: only the offline engine is there
    NO_SANDBOX = "no_sandbox"  # this machine cannot run code safely
    NO_REPOSITORY = "no_repository"  # the policy names no repository for this report
    REFUSED = "refused"  # the model would not answer, or what it handed in was refused to the end
    UNPROVEN = "unproven"  # the fix did not fail before or did not pass after
    UNSAFE = "unsafe"  # a deterministic guard refused the patch
    OBJECTED = "objected"  # the reviewer held something against the fix to the end
    NO_CHECKS = "no_checks"  # the pull request got no checks in time
    OUT_OF_ROUNDS = "out_of_rounds"  # checks were still red after the last round
    STOPPED = "stopped"  # a person stopped it
    IN_FLIGHT = "in_flight"  # somebody else may be at it by now
    DRY_RUN = "dry_run"  # everything was done but the push
    FAILED = "failed"  # an error that retrying did not cure
