"""The books of a workspace: transactions with every repository on one connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import cast

from sqlalchemy import Connection

from hpedi.audit.key import AuditKey, AuditKeys
from hpedi.run_context import RunContext
from hpedi.safekeeping.anchor_file import AnchorFile
from hpedi.safekeeping.vault import Vault
from hpedi.store.accounts import StoredAccounts
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.arrivals import StoredArrivals
from hpedi.store.audit import StoredAuditLog, write_logs
from hpedi.store.audit_seals import Sealer
from hpedi.store.authorizations import StoredAuthorizations
from hpedi.store.checks import StoredChecks
from hpedi.store.claims import StoredClaims, StoredDecisions
from hpedi.store.database import Database
from hpedi.store.disputes import StoredDisputes
from hpedi.store.drafts import Drafted, StoredDrafts
from hpedi.store.eft_enrollments import StoredEftEnrollments
from hpedi.store.eft_returns import StoredEftReturns
from hpedi.store.era_enrolments import StoredEraEnrolments
from hpedi.store.figures import StoredFigures
from hpedi.store.funding import StoredFunding
from hpedi.store.grants import KnownGrants, StoredGrants
from hpedi.store.history import StoredHistory
from hpedi.store.inserts import Draft
from hpedi.store.ledger import StoredLedger
from hpedi.store.numbers import StoredNumbers
from hpedi.store.outbox import StoredOutbox
from hpedi.store.payee_balances import StoredPayeeBalances
from hpedi.store.payments import StoredPayments
from hpedi.store.pends import StoredPends
from hpedi.store.pickups import StoredPickups
from hpedi.store.proof import StoredProof
from hpedi.store.receipts import StoredReceipts
from hpedi.store.reference import StoredReferenceData
from hpedi.store.reprocessings import StoredReprocessings
from hpedi.store.restorations import StoredRestorations
from hpedi.store.schedule_runs import StoredScheduleRuns
from hpedi.store.settlements import StoredSettlements
from hpedi.store.statistics import StoredStatistics
from hpedi.store.tracking import StoredTracking
from hpedi.store.watchers import StoredWatchers
from hpedi.store.webhooks import StoredWebhooks


class StoredWork:
    """One transaction: see `pipeline.ports.Work`. What is kept of a kind is opened when it is first asked for."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        context: RunContext,
        key: AuditKey,
        known_grants: KnownGrants | None = None,
    ) -> None:
        """Work inside an open transaction, on behalf of somebody; audit rows are made under a key."""
        self.context = context
        self._connection = connection
        self._vault = vault
        self._key = key
        self._known_grants = known_grants

    @cached_property
    def numbers(self) -> StoredNumbers:
        """Counters."""
        return StoredNumbers(self._connection)

    @cached_property
    def receipts(self) -> StoredReceipts:
        """Files and their interchanges."""
        return StoredReceipts(self._connection, self.context)

    @cached_property
    def claims(self) -> StoredClaims:
        """Claims."""
        return StoredClaims(self._connection, self._vault)

    @cached_property
    def pends(self) -> StoredPends:
        """Claims that wait."""
        return StoredPends(self._connection, self._vault, self.context)

    @cached_property
    def decisions(self) -> StoredDecisions:
        """Decisions."""
        return StoredDecisions(self._connection, self._vault)

    @cached_property
    def history(self) -> StoredHistory:
        """Past lines."""
        return StoredHistory(self._connection)

    @cached_property
    def accumulators(self) -> StoredAccumulators:
        """Benefit counters."""
        return StoredAccumulators(self._connection)

    @cached_property
    def funding(self) -> StoredFunding:
        """Pools, charges to employers and payments to members."""
        return StoredFunding(self._connection)

    @cached_property
    def settlements(self) -> StoredSettlements:
        """Settlements and dues."""
        return StoredSettlements(self._connection, self.context)

    @cached_property
    def authorizations(self) -> StoredAuthorizations:
        """Uses of authorisations."""
        return StoredAuthorizations(self._connection)

    @cached_property
    def reference(self) -> StoredReferenceData:
        """Reference records."""
        return StoredReferenceData(self._connection, self._vault, self.context)

    @cached_property
    def payments(self) -> StoredPayments:
        """Payments."""
        return StoredPayments(self._connection, self._vault, self.context)

    @cached_property
    def reprocessings(self) -> StoredReprocessings:
        """Proposals to decide claims again."""
        return StoredReprocessings(self._connection, self._vault, self.context)

    @cached_property
    def disputes(self) -> StoredDisputes:
        """Disputes of providers."""
        return StoredDisputes(self._connection, self._vault, self.context)

    @cached_property
    def payee_balances(self) -> StoredPayeeBalances:
        """What payees owe."""
        return StoredPayeeBalances(self._connection)

    @cached_property
    def ledger(self) -> StoredLedger:
        """The ledger."""
        return StoredLedger(self._connection)

    @cached_property
    def proof(self) -> StoredProof:
        """The books, walked through to be proven."""
        return StoredProof(self._connection, self._vault)

    @cached_property
    def eft(self) -> StoredEftReturns:
        """What came back from the bank."""
        return StoredEftReturns(self._connection, self._vault, self.context)

    @cached_property
    def eft_enrollments(self) -> StoredEftEnrollments:
        """The accounts that payees enrolled."""
        return StoredEftEnrollments(self._connection, self._vault, self.context)

    @cached_property
    def checks(self) -> StoredChecks:
        """What the bank was told of checks."""
        return StoredChecks(self._connection, self._vault)

    @cached_property
    def outbox(self) -> StoredOutbox:
        """Outbound files."""
        return StoredOutbox(self._connection, self._vault)

    @cached_property
    def accounts(self) -> StoredAccounts:
        """Accounts, their keys and organisations."""
        return StoredAccounts(self._connection, self._vault, self.context)

    @cached_property
    def grants(self) -> StoredGrants:
        """What providers granted."""
        return StoredGrants(self._connection, self._vault, self.context, self._known_grants)

    @cached_property
    def restorations(self) -> StoredRestorations:
        """Whether these books came back from a backup."""
        return StoredRestorations(self._connection, self.context)

    @cached_property
    def arrivals(self) -> StoredArrivals:
        """Files as partners dropped them."""
        return StoredArrivals(self._connection, self._vault, self.context)

    @cached_property
    def pickups(self) -> StoredPickups:
        """Files of the outbox that partners read."""
        return StoredPickups(self._connection)

    @cached_property
    def watchers(self) -> StoredWatchers:
        """Who watches the folders."""
        return StoredWatchers(self._connection)

    @cached_property
    def schedules(self) -> StoredScheduleRuns:
        """What ran by the clock."""
        return StoredScheduleRuns(self._connection, self.context)

    @cached_property
    def webhooks(self) -> StoredWebhooks:
        """Events for partners' own systems."""
        return StoredWebhooks(self._connection, self._vault, self.context)

    @cached_property
    def era(self) -> StoredEraEnrolments:
        """Who receives remittances."""
        return StoredEraEnrolments(self._connection, self._vault, self.context)

    @cached_property
    def tracking(self) -> StoredTracking:
        """Submissions and claims on their way."""
        return StoredTracking(self._connection, self._vault)

    @cached_property
    def statistics(self) -> StoredStatistics:
        """What the books come to, day by day."""
        return StoredStatistics(self._connection)

    @cached_property
    def figures(self) -> StoredFigures:
        """Figures of what waits and what was done."""
        return StoredFigures(self._connection)

    @cached_property
    def audit(self) -> StoredAuditLog:
        """The audit log."""
        return StoredAuditLog(self._connection, self.context, self._key)

    @cached_property
    def drafts(self) -> StoredDrafts:
        """What other processes made, to be written here."""
        return StoredDrafts(self._connection, self.audit)


class StoredBooks:
    """Everything kept in one database under one key."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep books in a database whose sealed columns open with the vault's key."""
        self._database = database
        self._vault = vault
        self._known_audit_keys = (vault.ring, AuditKeys.of(vault.ring.audits))
        self._known_grants: KnownGrants = {}

    @contextmanager
    def writing(self, context: RunContext) -> Iterator[StoredWork]:
        """Open a transaction that commits at the end of its block."""
        with self.writing_together() as of:
            yield of(context)
        self._database.empty_long_log()

    @contextmanager
    def writing_together(self) -> Iterator[Callable[[RunContext], StoredWork]]:
        """Open a transaction for several who write one after the other; it commits at the end of its block."""
        works: list[StoredWork] = []
        with self._database.writing() as connection:

            def of(context: RunContext) -> StoredWork:
                works.append(self._work(connection, context))
                return works[-1]

            yield of
            write_logs(connection, [work.audit for work in works])

    @contextmanager
    def reading(self, context: RunContext) -> Iterator[StoredWork]:
        """Open a transaction that only reads."""
        with self._database.reading() as connection:
            yield self._work(connection, context, self._known_grants)

    @contextmanager
    def looking(self, context: RunContext) -> Iterator[StoredWork]:
        """Open a transaction that only reads and sees one state of the books, however many questions it asks."""
        with self._database.snapshot() as connection:
            yield self._work(connection, context)

    def somebody_waits(self) -> bool:
        """Say whether somebody waits to write."""
        return self._database.somebody_waits

    def sealer(self, anchor: AnchorFile, workspace: str) -> Sealer:
        """Return what seals the audit log of these books and anchors it under the workspace's identity."""
        return Sealer(self._database, self._audit_keys, anchor, workspace)

    def _audit_keys(self) -> AuditKeys:
        """Return the audit keys of the vault, also when it got others meanwhile."""
        ring, keys = self._known_audit_keys
        if ring is not self._vault.ring:
            keys = AuditKeys.of(self._vault.ring.audits)
            self._known_audit_keys = (self._vault.ring, keys)
        return keys

    def drafted(self, context: RunContext, add: Callable[[StoredWork], None]) -> Drafted:
        """Return what would be written by whoever only adds rows; nothing is written, and nothing can be read."""
        draft = Draft(self._database.writer.dialect)
        work = self._work(cast("Connection", draft), context)
        add(work)
        return Drafted(rows=tuple(draft.rows), told=work.audit.told)

    def _work(self, connection: Connection, context: RunContext, known_grants: KnownGrants | None = None) -> StoredWork:
        return StoredWork(connection, self._vault, context, self._audit_keys().now, known_grants)
