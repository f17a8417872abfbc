"""The golden harness over pure functions: load, adjudicate and remit in memory, without files, store or X12."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hpedi.adjudication.adjudicate import adjudicate, past_lines
from hpedi.adjudication.decision import PastLine, Pend
from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances
from hpedi.benefits.membership import Family, Membership
from hpedi.benefits.opening import opening_entries
from hpedi.claims.claim import Claim, ReceivedClaim
from hpedi.mappings_folder import mapping
from hpedi.money import ZERO, Usd
from hpedi.payments.calendar import load_ach_calendar
from hpedi.payments.claim_payments import ClaimFiling
from hpedi.payments.remit import PaymentRunInput, RunNumbers, remit
from hpedi.pipeline.parties import business_days, remittance_payee, remittance_payer
from hpedi.reference.payer_folder import load_payer_folder
from hpedi.reference.reference import Reference
from tests.golden.harness import Decided, Pended, Remitted
from tests.golden.world import standard_files

FUNDING = "main"


class PureHarness:
    """A payer in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Load a payer folder, which must have no error."""
        loaded = load_payer_folder(files, standard_files())
        assert loaded.records, [(finding.where, finding.message) for finding in loaded.findings]
        self._reference = Reference.of(loaded.records, snapshot=1)
        families = [Family.of(record.body) for record in loaded.records if record.kind == "family"]
        self._membership = Membership.of(families)
        self._balances: dict[AccumulatorKey, Usd] = {}
        for entry in opening_entries(loaded.opening):
            self._count(entry)
        self._history: dict[str, list[PastLine]] = {}
        self._received: dict[str, ReceivedClaim] = {}
        self._decided: list[Decided] = []
        self._pended: list[Pended] = []
        self._remitted: list[Remitted] = []
        self._paid = 0

    def receive_claim(self, label: str, claim: Claim, received: date, day: date) -> None:
        """Decide a claim and count what the decision adds."""
        control_number = f"{day:%Y%m%d}{len(self._received) + 1:06d}"
        came = ReceivedClaim(
            payer_claim_control_number=control_number, claim=claim, received=received, partner="golden"
        )
        self._received[label] = came
        matched = self._membership.match(claim)
        history = self._history.get(matched.member.id, []) if matched else []
        made = adjudicate(came, self._reference, self._membership, history, self._balances)
        if isinstance(made, Pend):
            self._pended.append(Pended(label, made))
            return
        for entry in made.entries:
            self._count(entry)
        for line in past_lines(came, made):
            self._history.setdefault(line.member, []).append(line)
        self._decided.append(Decided(label, came, made))

    def payment_run(self, step: int, day: date) -> None:
        """Remit everything decided since the last run."""
        due, self._paid = self._decided[self._paid :], len(self._decided)
        if not due:
            return
        run = self._run_input(due, day)
        numbers = [f"{step:03d}{index:06d}" for index in range(len(due))]
        made = remit(run, RunNumbers(trace_numbers=numbers, check_numbers=numbers))
        self._remitted.extend(Remitted(step, each.remittance) for each in made)

    def _run_input(self, due: list[Decided], day: date) -> PaymentRunInput:
        reference = self._reference
        payer = remittance_payer(reference, day)
        assert payer is not None
        payees = {each.decision.provider for each in due}
        calendar = load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes())
        return PaymentRunInput(
            decided=[(each.received, each.decision) for each in due],
            payees={payee: remittance_payee(reference.providers[payee], reference, day) for payee in payees},
            payers={FUNDING: payer},
            funding_account=FUNDING,
            claim_filing=ClaimFiling(usual=reference.payer.claim_filing, by_plan=reference.claim_filing_by_plan),
            production_date=day,
            payment_date=day,
            calendar=business_days(calendar, reference),
        )

    def _count(self, entry: AccumulatorEntry) -> None:
        self._balances[entry.key] = self._balances.get(entry.key, ZERO) + entry.amount

    def control_numbers(self) -> dict[str, str]:
        """Return our control numbers by label."""
        return {label: came.payer_claim_control_number for label, came in self._received.items()}

    def decided(self) -> list[Decided]:
        """Return the decisions so far."""
        return self._decided

    def pended(self) -> list[Pended]:
        """Return the pended claims so far."""
        return self._pended

    def remitted(self) -> list[Remitted]:
        """Return the remittances so far, as built."""
        return self._remitted

    def balances(self) -> Balances:
        """Return the balances now."""
        return self._balances
