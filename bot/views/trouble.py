"""What a person is told when something did not work: a sentence, and a reference for whoever runs the bot."""

from __future__ import annotations


def unexpected(reference: str) -> str:
    """A defect of ours."""
    return (
        f"That did not work, and it is my fault. Try again, or tell whoever runs me: the log has it under {reference}."
    )


def slack_down() -> str:
    """Slack did not answer us."""
    return "Slack did not tell me who you are, so I did nothing. Please try again in a moment."


def database_down(reference: str) -> str:
    """Our database did not answer us, or did not take what we wrote."""
    return (
        "My database cannot be written or read just now, so nothing was done. Try again in a minute, or tell whoever "
        f"runs me: the log has it under {reference}."
    )


def forgotten() -> str:
    """The button that was pressed stands on a message that we know nothing of."""
    return (
        "That button is out of date, so nothing was changed: I do not know the message that it stands on, perhaps "
        "because a backup was restored, and its number may be another report's now. Look at the newest message of the "
        "report, or have it looked at again with `/investigate`."
    )


def outdated() -> str:
    """The button that was pressed is none that we would make now."""
    return "That button is out of date, so nothing was changed. Look at the newest message of the report."
