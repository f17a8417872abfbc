"""The books of a workspace: transactions with every repository on one connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from hpedi.audit.key import AuditKeys
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


@dataclass(frozen=True, slots=True)
class StoredWork:
    """One transaction: see `pipeline.ports.Work`."""

    context: RunContext
    numbers: StoredNumbers
    receipts: StoredReceipts
    claims: StoredClaims
    pends: StoredPends
    decisions: StoredDecisions
    history: StoredHistory
    accumulators: StoredAccumulators
    funding: StoredFunding
    settlements: StoredSettlements
    authorizations: StoredAuthorizations
    reference: StoredReferenceData
    payments: StoredPayments
    reprocessings: StoredReprocessings
    disputes: StoredDisputes
    payee_balances: StoredPayeeBalances
    ledger: StoredLedger
    proof: StoredProof
    eft: StoredEftReturns
    eft_enrollments: StoredEftEnrollments
    checks: StoredChecks
    outbox: StoredOutbox
    accounts: StoredAccounts
    grants: StoredGrants
    restorations: StoredRestorations
    arrivals: StoredArrivals
    pickups: StoredPickups
    watchers: StoredWatchers
    schedules: StoredScheduleRuns
    webhooks: StoredWebhooks
    era: StoredEraEnrolments
    tracking: StoredTracking
    statistics: StoredStatistics
    figures: StoredFigures
    audit: StoredAuditLog
    drafts: StoredDrafts


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
        audit = StoredAuditLog(connection, context, self._audit_keys().now)
        return StoredWork(
            context=context,
            numbers=StoredNumbers(connection),
            receipts=StoredReceipts(connection, context),
            claims=StoredClaims(connection, self._vault),
            pends=StoredPends(connection, self._vault, context),
            decisions=StoredDecisions(connection, self._vault),
            history=StoredHistory(connection),
            accumulators=StoredAccumulators(connection),
            funding=StoredFunding(connection),
            settlements=StoredSettlements(connection, context),
            authorizations=StoredAuthorizations(connection),
            reference=StoredReferenceData(connection, self._vault, context),
            payments=StoredPayments(connection, self._vault, context),
            reprocessings=StoredReprocessings(connection, self._vault, context),
            disputes=StoredDisputes(connection, self._vault, context),
            payee_balances=StoredPayeeBalances(connection),
            ledger=StoredLedger(connection),
            proof=StoredProof(connection, self._vault),
            eft=StoredEftReturns(connection, self._vault, context),
            checks=StoredChecks(connection, self._vault),
            eft_enrollments=StoredEftEnrollments(connection, self._vault, context),
            outbox=StoredOutbox(connection, self._vault),
            accounts=StoredAccounts(connection, self._vault, context),
            grants=StoredGrants(connection, self._vault, context, known_grants),
            restorations=StoredRestorations(connection, context),
            arrivals=StoredArrivals(connection, self._vault, context),
            pickups=StoredPickups(connection),
            watchers=StoredWatchers(connection),
            schedules=StoredScheduleRuns(connection, context),
            webhooks=StoredWebhooks(connection, self._vault, context),
            era=StoredEraEnrolments(connection, self._vault, context),
            tracking=StoredTracking(connection, self._vault),
            statistics=StoredStatistics(connection),
            figures=StoredFigures(connection),
            audit=audit,
            drafts=StoredDrafts(connection, audit),
        )
