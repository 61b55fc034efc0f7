"""What can be typed, pressed and said, for a person who asks."""

from __future__ import annotations

_TOPICS: dict[str, tuple[str, ...]] = {
    "Report and ask": (
        (
            "`/investigate the export hangs` (or the link of a message), or “Investigate this” in a message's menu, "
            "opens a report and looks for the cause."
        ),
        (
            "`/signalbox ask SB-12 since which release?`, or “@signalbox since which release?” in its thread, has me "
            "look that up and answer there."
        ),
        "Nothing came of a message? `/signalbox why` and its link, or “@signalbox why?” beneath it, says why not.",
        "In a report's thread approvers press Approve or reply `approve`; any other words of theirs change the plan.",
    ),
    "Look": (
        (
            "`/signalbox find` lists the open reports of this channel, `find owner/name` those about a repository, "
            "`find mine` yours, `find empty invoice` all that have such words."
        ),
        "`/signalbox why SB-12` says why its signals are in it, with a signal's link why that one is.",
        (
            "`/signalbox outcomes` tells what came of this channel's reports in 30 days; `since 7d`, `owner/name`, "
            "`--by source` and `--by repository` narrow it."
        ),
        "`/signalbox runs` shows what was worked on lately and what it cost; `/signalbox status` says how I am.",
    ),
    "Put right": (
        "`/signalbox merge SB-3 into SB-2`, `split SB-2`, and `undo SB-3`, which takes back what was done last.",
        (
            "`/signalbox repository SB-12 owner/name`, or that name alone in its thread, says which repository it is "
            "about."
        ),
        "`/signalbox rename SB-12 exports hang` calls it so for everybody.",
        (
            "`/signalbox link SB-12` and the link of an issue of GitHub or Linear has what is reported of that join "
            "it, and my pull request name it; `unlink SB-12` and the link ends that."
        ),
        "`/signalbox linear SB-12` makes a Linear issue of it, if a team is set up.",
    ),
    "Do it yourself": (
        (
            "`/signalbox take SB-12` says that you work on it (so does “I'll take this one” in its thread), `give "
            "SB-12 @anna` that she does, `release SB-12` that nobody does any more."
        ),
        (
            "`/signalbox fixed SB-12` and the link of your own pull request has me follow it to its merge and watch "
            "whether it comes back; `fixed SB-12 in 2.3.1` has me watch from now."
        ),
    ),
    "Leave it alone": (
        (
            "`/signalbox snooze SB-12 3d` for a while, `mute SB-12` until something happens, `wake SB-12` ends that; "
            "so do “snooze until monday”, “mute” and “wake” in its thread."
        ),
    ),
    "Decide for all": (
        (
            "`/signalbox standing` lists what approvers allow ahead; `standing give owner/name for 3d at most 2` "
            "allows plans for that repository, `standing stop` ends it."
        ),
        "`/signalbox pause` and `resume` stop and start all work; `held` shows the quarantine.",
        "`/signalbox help` says all this.",
    ),
}
_HERE = (
    "In a report's thread say it to me without its number, such as “@signalbox why is this here?”, “@signalbox merge "
    "this into SB-2”, “@signalbox fixed by …”, “@signalbox rename this to …”."
)


def _said(topic: str, lines: tuple[str, ...]) -> str:
    return "\n".join([f"*{topic}*", *(f"• {line}" for line in lines)])


HELP = "\n".join([*(_said(topic, lines) for topic, lines in _TOPICS.items()), _HERE])
"""All of it, by what a person wants to do."""
