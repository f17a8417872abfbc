"""The golden harness over the whole program: real 837 bytes in, the command line's jobs, real 835 bytes read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from hpedi.adjudication.decision import Pend
from hpedi.adjudication.override import Override
from hpedi.benefits.accumulators import Balances
from hpedi.benefits.authorizations import left_of, used_of
from hpedi.benefits.membership import Family
from hpedi.claims.claim import Claim
from hpedi.claims.parties import Name
from hpedi.claims.submission import SubmissionHeader
from hpedi.commands.jobs import REMITTANCE_GUIDE, Jobs
from hpedi.commands.workspace import Workspace, context_for, payer_zone
from hpedi.guide_files import GuideFiles
from hpedi.mappings_folder import mapping
from hpedi.money import usd
from hpedi.payments.eob import Eob, load_eob_texts
from hpedi.payments.payee_balances import PayeeBalance
from hpedi.payments.proof import Difference
from hpedi.payments.verification import read_remittances
from hpedi.pipeline.eob import explanation
from hpedi.pipeline.ledger_views import LedgerScope
from hpedi.pipeline.load import load
from hpedi.pipeline.pay import Paid as PaidRun
from hpedi.pipeline.proof import prove
from hpedi.pipeline.reprocess import approve, propose
from hpedi.pipeline.reprocessing import Asked
from hpedi.pipeline.settle import book
from hpedi.pipeline.settlement_asked import SettlementAsked
from hpedi.pipeline.sought import StandingSought
from hpedi.pipeline.working import set_interest
from hpedi.reference.payer_folder import Loaded, load_payer_folder
from hpedi.transactions.claim_837.claim_types import GUIDES
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, write_claims
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from tests.golden.harness import Decided, Funding, Paid, Pended, Remitted
from tests.golden.world import PARTNER, standard_files

FIRST_DAY = date(2025, 1, 1)
TAKEN_IN = frozenset({"accepted", "accepted_with_errors"})


class RealHarness:
    """A payer in a workspace of its own."""

    def __init__(self, files: Mapping[str, bytes], workspace: Workspace, inbox: Path) -> None:
        """Load a payer folder, which must have no error, into an empty workspace."""
        self._workspace = workspace
        self._inbox = inbox
        self._labels: dict[str, str] = {}
        self._remitted: list[Remitted] = []
        self._paid: list[Paid] = []
        self.sent: dict[str, bytes] = {}
        """The newest file of each kind that was delivered."""
        loaded = self.load(files, FIRST_DAY)
        self._families = [record.key for record in loaded.records if record.kind == "family"]
        self._members = [lookup for record in loaded.records for lookup in record.lookups]

    def load(self, files: Mapping[str, bytes], day: date) -> Loaded:
        """Load the payer's folder as it is now, which must have no error."""
        loaded = load_payer_folder(files, standard_files())
        assert loaded.records, [(finding.where, finding.message) for finding in loaded.findings]
        load(self._workspace.books, context_for(day), loaded)
        return loaded

    def reprocess(self, control_number: str, reason: str, waived: Sequence[str], day: date) -> None:
        """Propose to decide a claim again, and approve it."""
        jobs = Jobs(self._workspace, context_for(day))
        books, sought = self._workspace.books, StandingSought(claims=(control_number,))
        proposal = propose(books, jobs.context, jobs.reference, sought, Asked(reason=reason, waived=tuple(waived)))
        assert not [each.pends for each in proposal.impacts if each.pends]
        approve(books, jobs.context, jobs.reference, proposal.id)

    def set_interest(self, control_number: str, amount: str, day: date) -> None:
        """Set the interest of a claim by hand."""
        context = context_for(day)
        made = Override(by=context.principal.id, on=day, note="as printed", interest=usd(amount))
        set_interest(self._workspace.books, context, control_number, made)

    def receive_claim(self, label: str, claim: Claim, received: date, day: date) -> None:
        """Send a claim as a file of its own, and decide what waits."""
        jobs = Jobs(self._workspace, context_for(day))
        path = self._inbox / f"{len(self._labels) + 1}.837"
        path.write_bytes(self.file_of(jobs, claim, received, len(self._labels) + 1))
        outcome = jobs.receive(path, datetime.combine(received, time(9), payer_zone()))
        (receipt,) = outcome.receipts
        # A claim may be warned of and taken in all the same.
        assert receipt.verdict in TAKEN_IN, receipt.summary.findings
        self._labels[label] = self._newest_claim(jobs)
        jobs.adjudicate()

    def file_of(self, jobs: Jobs, claim: Claim, sent: date, number: int) -> bytes:
        """Return a file with one claim, under an interchange control number."""
        payer = jobs.reference.payer
        identity, sender = payer.identities[0], PARTNER["isa_ids"][0]
        header = SubmissionHeader(
            reference=f"GOLDEN-{number}",
            created=sent,
            created_time="0800",
            submitter_id=claim.submitter_id,
            submitter=Name(last=PARTNER["name"]),
            contact_name="GOLDEN OFFICE",
            contact_phone="9525550100",
            receiver_name=payer.name,
            receiver_id=payer.payer_id,
        )
        instant = datetime.combine(sent, time(8))
        version = GUIDES[claim.type]
        body = TransactionSet(
            id=SET_ID, control_number="0001", version=version, segments=tuple(write_claims([claim], header))
        )
        group = FunctionalGroup(
            functional_id=FUNCTIONAL_ID,
            sender=PARTNER["gs_ids"][0],
            receiver=identity.gs_id,
            instant=instant,
            control_number=number,
            version=version,
            sets=(body,),
        )
        return write_x12(
            Interchange(
                sender=InterchangeParty(sender["qualifier"], sender["id"]),
                receiver=InterchangeParty(identity.isa_qualifier, identity.isa_id),
                instant=instant,
                control_number=number,
                usage="P",
                groups=(group,),
            )
        )

    def _newest_claim(self, jobs: Jobs) -> str:
        with self._workspace.books.reading(jobs.context) as work:
            (waiting,) = work.claims.next_to_decide(10)
        return waiting.received.payer_claim_control_number

    def payment_run(self, step: int, day: date) -> None:
        """Pay and deliver, and read back the 835s that were delivered."""
        jobs = Jobs(self._workspace, context_for(day))
        self._note(step, jobs.pay())
        self._read_back(step, jobs)

    def settle(self, step: int, asked: SettlementAsked, day: date) -> None:
        """Book a settlement, pay what is due of it, and read back the 835s that were delivered."""
        jobs = Jobs(self._workspace, context_for(day))
        book(self._workspace.books, jobs.context, jobs.reference, asked)
        self._note(step, jobs.pay(dues_only=True))
        self._read_back(step, jobs)

    def _note(self, step: int, paid: PaidRun) -> None:
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            found = [work.payments.by_number(each.payment.trace_number) for each in paid.released]
        payments = tuple(each.payment for each in found if each is not None)
        self._paid.append(Paid(step, payments, paid.held))

    def paid(self) -> list[Paid]:
        """Return what each payment run paid and kept back."""
        return self._paid

    def explained(self, control_number: str) -> Eob:
        """Return what the member is told of a claim."""
        jobs = Jobs(self._workspace, context_for(FIRST_DAY))
        texts = load_eob_texts(mapping("payments/eob_texts.yaml").read_bytes(), FIRST_DAY)
        with self._workspace.books.writing(jobs.context) as work:
            told = explanation(work, jobs.reference, control_number, texts)
        assert told is not None
        return told

    def ledger(self) -> Mapping[tuple[str, str], Decimal]:
        """Return debits less credits by funding account and account of the ledger."""
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            return {(funding, account.value): amount for (funding, account), amount in work.ledger.totals().items()}

    def unproven(self) -> Sequence[Difference]:
        """Return what the proof of the books names."""
        guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
        assert guide is not None
        with self._workspace.books.writing(context_for(FIRST_DAY)) as work:
            return prove(work, guide, LedgerScope()).differences

    def _read_back(self, step: int, jobs: Jobs) -> None:
        guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
        assert guide is not None
        for row in jobs.deliver().files:
            content = self._workspace.mailbox.path(row.folder, row.name).read_bytes()
            self.sent[row.kind] = content
            if row.kind == "835":
                read = read_remittances(content, guide)
                assert not read.findings
                self._remitted += [Remitted(step, remittance) for remittance in read.remittances]

    def control_numbers(self) -> dict[str, str]:
        """Return our control number of each claim by its label."""
        return dict(self._labels)

    def decided(self) -> list[Decided]:
        """Return the decisions in the order in which they became final."""
        found = []
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            for label, number in self._labels.items():
                found += [
                    (each.ordinal, Decided(label, each.received, each.decision)) for each in work.decisions.find(number)
                ]
        return [decided for _ordinal, decided in sorted(found, key=lambda pair: pair[0])]

    def pended(self) -> list[Pended]:
        """Return the claims that wait."""
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            waiting: dict[str, Pend] = {
                each.pend.payer_claim_control_number: each.pend for each in work.pends.waiting()
            }
        return [Pended(label, waiting[number]) for label, number in self._labels.items() if number in waiting]

    def remitted(self) -> list[Remitted]:
        """Return the remittances read back from what was delivered."""
        return self._remitted

    def payee_balances(self) -> list[PayeeBalance]:
        """Return what payees still owe."""
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            providers = work.reference.records(work.reference.snapshot())
            payees = [record.key for record in providers if record.kind == "provider"]
            return [balance for payee in payees for balance in work.payee_balances.owed(payee)]

    def funding(self) -> Funding:
        """Return what went into pools and to members, and what employers were charged."""
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            return Funding(work.funding.movements(), work.funding.charges(), work.funding.member_payments())

    def authorizations(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Return what is used and what is left of each authorisation."""
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            records = work.reference.families(work.reference.snapshot(), self._members)
            on_file = [each for record in records for each in Family.of(record.body).authorizations]
            used = work.authorizations.used({each.member for each in on_file})
        return {each.id: (used_of(each, used), left_of(each, used)) for each in on_file}

    def balances(self) -> Balances:
        """Return the balances of every member and family."""
        with self._workspace.books.reading(context_for(FIRST_DAY)) as work:
            records = work.reference.families(work.reference.snapshot(), self._members)
            members = [member.id for record in records for member in Family.of(record.body).members]
            return work.accumulators.balances([*members, *self._families])
