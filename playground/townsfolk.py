"""Who lives in the playground's workspace, and the policy that its bot follows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from playground.product import Product
from playground.workspace.seed import AppSeed, ChannelSeed, TeamSeed, UserSeed

MAYA, JONAS, PRIYA, TOM, OLU = "U07MAYA", "U03JONAS", "U01PRIYA", "U09TOM", "U05OLU"
GIA = "U08GIA"  # a guest
SOLAR, FLEET, LOUNGE = "C07SOLAR", "C03FLEET", "C01LOUNGE"
REPOSITORY = "acme/humanize"
ORGANISATION = "acme"
REVIEWER = "priya"
PROJECT = "1"  # in PostHog
TRACKER_TEAM = "PLAT"
AGENT = "bot@acme.example"  # in Zendesk

TEAM = TeamSeed(id="T07ACME", name="Acme", domain="acme")
USERS = (
    UserSeed(MAYA, "maya", "Maya Lind", title="Site operations"),
    UserSeed(JONAS, "jonas", "Jonas Brandt", title="Fleet on-call"),
    UserSeed(PRIYA, "priya", "Priya Nair", title="Platform engineer, approver"),
    UserSeed(OLU, "olu", "Olu Adeyemi", title="Platform engineer, approver"),
    UserSeed(TOM, "tom", "Tom Reuter", title="Sales"),
    UserSeed(GIA, "gia", "Gia Ferro", title="Installer of a partner, a guest", is_restricted=True),
)
CHANNELS = (
    ChannelSeed(
        SOLAR, "solar", (MAYA, JONAS, PRIYA, OLU, TOM, GIA, AppSeed.bot_user_id), topic="Dashboards of the solar sites"
    ),
    ChannelSeed(FLEET, "fleet", topic="Workers, heartbeats, exports"),
    ChannelSeed(LOUNGE, "lounge", topic="Not watched by the bot"),
)

_POLICY = """\
# Written by the playground for one run: the policy of a small team with one repository.
approvers = ["{priya}", "{olu}"]
ripe_weight = 2.0  # one person's word alone is not enough; their word and an error in Sentry is

[[channels]]
id = "{solar}"

[[channels]]
id = "{fleet}"

[[repositories]]
name = "{repository}"
products = ["humanize"]
test_command = [{test_command}]
test_environment = {{ {test_variables} }}
{where}
reviewers = ["{reviewer}"]

[linear]
team = "{team}"

[waits]
soak = "{soak:g}s"
follow = "{follow:g}s"
queue = "{queue:g}s"
sweep = "1s"
"""

_SOURCES = {
    "sentry-solar": """\
[sources.sentry-solar]
kind = "sentry"
every = "{pulls:g}s"
report_to = "{solar}"
trusted = true
options = {{ organization = "{organisation}", query = "is:unresolved project:solar-dashboard", lookback = "520w" }}
""",
    "sentry-fleet": """\
[sources.sentry-fleet]
kind = "sentry"
every = "{pulls:g}s"
report_to = "{fleet}"
trusted = true
options = {{ organization = "{organisation}", query = "is:unresolved project:fleet-sweeper", lookback = "520w" }}
""",
    "humanize-issues": """\
[sources.humanize-issues]
kind = "github"
every = "{pulls:g}s"
report_to = "{solar}"
trusted = true
options = {{ repository = "{repository}", lookback = "520w" }}
""",
    "dashboard-product": """\
[sources.dashboard-product]
kind = "posthog"
every = "{pulls:g}s"
report_to = "{solar}"
options = {{ project = "{project}", lookback = "520w" }}
""",
    "platform-tracker": """\
[sources.platform-tracker]
kind = "linear"
every = "{pulls:g}s"
report_to = "{fleet}"
trusted = true
options = {{ teams = "{team}", lookback = "520w" }}
""",
    "customer-tickets": """\
[sources.customer-tickets]
kind = "zendesk"
every = "{pulls:g}s"
report_to = "{solar}"
options = {{ lookback = "520w" }}
""",
}
SOURCES = tuple(_SOURCES)


@dataclass(frozen=True)
class Pace:
    """The bot's waits, in seconds, under the policy's names; `pulls` is the time between two looks at each source."""

    soak: float = 3.0
    pulls: float = 1.0
    follow: float = 0.5
    queue: float = 0.05


def policy_text(product: Product, pace: Pace, sources: Collection[str] = SOURCES) -> str:
    """The policy file, in TOML. Of the sources it names these."""
    text = "\n".join([_POLICY, *(_SOURCES[name] for name in sources)])
    return text.format(
        priya=PRIYA,
        olu=OLU,
        solar=SOLAR,
        fleet=FLEET,
        repository=REPOSITORY,
        reviewer=REVIEWER,
        organisation=ORGANISATION,
        project=PROJECT,
        team=TRACKER_TEAM,
        test_command=", ".join(f'"{word}"' for word in product.test_command),
        test_variables=", ".join(f'{key} = "{value}"' for key, value in product.test_variables.items()),
        where=f'image = "{product.image}"' if product.image else f'environment = "{product.environment}"',
        **vars(pace),
    )
