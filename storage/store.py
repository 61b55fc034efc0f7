"""The store: everything that is remembered, part by part."""

from __future__ import annotations

from sqlalchemy import Engine

from storage.balance import Balances
from storage.correcting import Corrections
from storage.counting import Counting
from storage.cursors import Cursors
from storage.deliveries import Deliveries
from storage.due import DueWork
from storage.fading import Fading
from storage.filing import Filing
from storage.fixes import Fixes
from storage.inbox import Inbox
from storage.leases import Leases
from storage.messages import Messages
from storage.outbox import Outbox
from storage.pairs import Pairs
from storage.pardons import Pardons
from storage.past import Past
from storage.placements import Placements
from storage.plans import Plans
from storage.quarantine import Quarantine
from storage.reencoding import Reencodings
from storage.reports import Reports
from storage.retention import Retention
from storage.runs import Runs
from storage.search import Search
from storage.signals import Signals
from storage.sleeps import Sleeps
from storage.spending import Spending
from storage.standing import StandingApprovals
from storage.switches import Switches
from storage.tracked import Tracked
from storage.transactions import Transactions
from storage.turning_private import TurningPrivate


class Store:
    """The only way in and out of the database.

    Each method of a part is one transaction. Rows come back detached: changing one changes nothing that is kept. May
    be used by many threads. Every method raises DatabaseDown when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        transactions = Transactions(engine)
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
        self.standing = StandingApprovals(transactions)
        self.fixes = Fixes(transactions)
        self.tracked = Tracked(transactions)
        self.sleeps = Sleeps(transactions)
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
