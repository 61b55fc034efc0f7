"""The store: everything that is remembered, part by part."""

from __future__ import annotations

from sqlalchemy import Engine

from storage.counting import Counting
from storage.cursors import Cursors
from storage.decisions.plans import Plans
from storage.decisions.standing import StandingApprovals
from storage.due import DueWork
from storage.fixes import Fixes
from storage.inbox import Inbox
from storage.inquiries import Inquiries
from storage.leases import Leases
from storage.linked import Linked
from storage.outbox import Outbox
from storage.reminders import Reminders
from storage.reports.balance import Balances
from storage.reports.correcting import Corrections
from storage.reports.fading import Fading
from storage.reports.filing import Filing
from storage.reports.left_over import LeftOver
from storage.reports.mending import Mendings
from storage.reports.moving import Reports
from storage.reports.naming import Names
from storage.reports.pairs import Pairs
from storage.reports.past import Past
from storage.reports.placements import Placements
from storage.reports.sleeps import Sleeps
from storage.reports.soaks import Soaks
from storage.reports.takings import Takings
from storage.runs import Runs
from storage.searching.search import Search
from storage.signals.deliveries import Deliveries
from storage.signals.keeping import Signals
from storage.signals.messages import Messages
from storage.signals.pardons import Pardons
from storage.signals.quarantine import Quarantine
from storage.signals.reencoding import Reencodings
from storage.signals.retention import Retention
from storage.signals.turning_private import TurningPrivate
from storage.spending import Spending
from storage.switches import Switches
from storage.tracked import Tracked
from storage.transactions import Transactions


class Store:
    """The only way in and out of the database.

    Each method of a part is one transaction. Rows come back detached: changing one changes nothing that is kept. May
    be used by many threads. Every method raises DatabaseDown when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, transactions = engine, Transactions(engine)
        self.signals = Signals(transactions)
        self.pardons = Pardons(transactions)
        self.quarantine = Quarantine(transactions)
        self.filing = Filing(transactions)
        self.placements = Placements(transactions)
        self.corrections = Corrections(transactions)
        self.pairs = Pairs(transactions)
        self.search = Search(transactions)
        self.reencodings = Reencodings(transactions)
        self.past = Past(transactions)
        self.reports = Reports(transactions)
        self.plans = Plans(transactions)
        self.reminders = Reminders(transactions)
        self.standing = StandingApprovals(transactions)
        self.fixes = Fixes(transactions)
        self.tracked = Tracked(transactions)
        self.linked = Linked(transactions)
        self.inquiries = Inquiries(transactions)
        self.sleeps = Sleeps(transactions)
        self.takings = Takings(transactions)
        self.names = Names(transactions)
        self.mendings = Mendings(transactions)
        self.soaks = Soaks(transactions)
        self.left_over = LeftOver(transactions)
        self.spending = Spending(transactions)
        self.runs = Runs(transactions)
        self.balances = Balances(transactions)
        self.counting = Counting(transactions)
        self.inbox = Inbox(transactions)
        self.messages = Messages(transactions)
        self.outbox = Outbox(transactions)
        self.cursors = Cursors(transactions)
        self.deliveries = Deliveries(transactions)
        self.leases = Leases(transactions)
        self.switches = Switches(transactions)
        self.due = DueWork(transactions)
        self.fading = Fading(transactions)
        self.retention = Retention(transactions)
        self.turning_private = TurningPrivate(transactions)

    def close(self) -> None:
        """Close the connections. The store may be used again; it opens new ones."""
        self.engine.dispose()
