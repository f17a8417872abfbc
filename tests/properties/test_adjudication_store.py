"""What holds of decided claims in the books, whatever the payer and the claims are: sent as files, decided, stored."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.benefits.accumulators import AccumulatorKey, Balances
from hpedi.commands.jobs import Jobs
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace, payer_zone
from hpedi.money import ZERO
from hpedi.pipeline import adjudicate as adjudicate_module
from hpedi.store.accumulators import StoredAccumulators
from tests.databases import Workspaces
from tests.golden.real_harness import RealHarness
from tests.golden.world import claim_of, payer_folder
from tests.pipeline.conftest import Demo
from tests.pipeline.sending import standing, without_numbers
from tests.properties import drawn_payers
from tests.properties.drawn_payers import Json, claims, plans, world_of

KEY = base64.b64encode(bytes(range(32))).decode()
RECEIVED = date(2026, 7, 6)
CUT = "2026-06-30"
"""The day on which a parameter changes."""
BEFORE = tuple(day for day in drawn_payers.DAYS if day < CUT)
EXAMPLES = settings(
    max_examples=6, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
"""An example takes seconds: what fails is told as it is, not made smaller first."""
AT_ONCE = 250

Files: TypeAlias = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer that was drawn, in a workspace of its own."""

    harness: RealHarness
    workspace: Workspace
    world: Json

    def send(self, label: str, claim: Json, **changed: object) -> str:
        """Send a claim, decide it, and return our number of it."""
        told = {**claim, "clm01": label, **changed}
        made = claim_of(told, self.world, self.harness.control_numbers())
        self.harness.receive_claim(label, made, RECEIVED, RECEIVED)
        return self.harness.control_numbers()[label]

    def decisions(self) -> dict[str, ClaimDecision]:
        """Return the newest decision of each claim by its label."""
        return {each.label: each.decision for each in self.harness.decided()}

    def standing(self) -> dict[str, object]:
        """Return the sums of all ledgers."""
        return standing(Demo(self.workspace, self.workspace.home))


Start: TypeAlias = Callable[..., Payer]


@pytest.fixture(scope="module")
def empty_home(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, to be copied for each payer."""
    home = tmp_path_factory.mktemp("drawn") / "empty"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        create(home, standing_workspaces.url())
    return home


@pytest.fixture
def start(
    workspaces: Workspaces,
    empty_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Start]:
    """Start a payer: its folder loaded into a workspace of its own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    opened: list[Workspace] = []

    def started(terms: Json, change: Callable[[Files], Files] = lambda files: files) -> Payer:
        folder, world = tmp_path_factory.mktemp("payer"), world_of(terms)
        opened.append(open_workspace(workspaces.copy(empty_home, folder / "home")))
        files = change(dict(payer_folder(world, drawn_payers.given())))
        return Payer(RealHarness(files, opened[-1], folder), opened[-1], world)

    yield started
    for workspace in opened:
        with workspace.database.reading() as connection:
            assert list(StoredAccumulators(connection).differing()) == []
        workspace.database.close()


def balances_of(payer: Payer) -> Balances:
    """Return the stored balances."""
    return payer.harness.balances()


@EXAMPLES
@given(terms=plans(), sent=st.lists(claims(), min_size=1, max_size=5))
def test_money_balances_and_no_limit_is_passed(start: Start, terms: Json, sent: list[Json]) -> None:
    """Lines, claims and remittances add up to the cent, nothing is paid below zero, and no counter passes its limit."""
    payer = start(terms)
    for number, claim in enumerate(sent):
        payer.send(f"C{number}", claim)
    for decision in payer.decisions().values():
        for line in decision.lines:
            assert line.charged - sum((each.amount for each in line.adjustments), ZERO) == line.paid >= ZERO
        assert decision.paid == sum((line.paid for line in decision.lines), ZERO)
        charged = sum((line.charged for line in decision.lines), ZERO)
        adjusted = sum((each.amount for line in decision.lines for each in line.adjustments), ZERO)
        assert charged - adjusted == decision.paid
    payer.harness.payment_run(1, date(2026, 7, 20))
    for remitted in payer.harness.remitted():
        of_claims = sum((each.paid for each in remitted.remittance.claims), ZERO)
        of_payee = sum((each.amount for each in remitted.remittance.provider_adjustments), ZERO)
        assert of_claims - of_payee == remitted.remittance.amount >= ZERO
    limits = {
        each["id"]: Decimal(each["limit"])
        for plan in payer.world["plans"]
        for each in plan["accumulators"]
        if plan["id"] == "Q1"
    }
    for key, used in balances_of(payer).items():
        assert ZERO <= used <= limits[key.accumulator], key.accumulator


@EXAMPLES
@given(terms=plans(), sent=st.lists(claims(), min_size=1, max_size=3), first=st.lists(claims(), max_size=2))
def test_voids_leave_nothing(start: Start, terms: Json, sent: list[Json], first: list[Json]) -> None:
    """After claims and their voids, last first, every counter, use, pool, charge and ledger is as before them."""
    payer = start(terms)
    for number, claim in enumerate(first):
        payer.send(f"F{number}", claim)
    before = payer.standing()
    for number, claim in enumerate(sent):
        payer.send(f"C{number}", claim)
    for number, claim in reversed(list(enumerate(sent))):
        if f"C{number}" in payer.decisions():
            payer.send(f"V{number}", claim, frequency="8", original_reference_f8={"claim": f"C{number}"})
    assert payer.standing() == before


@pytest.mark.any_database
@EXAMPLES
@given(terms=plans(), first=claims(), second=claims())
def test_a_replacement_is_a_void_and_a_new_claim(start: Start, terms: Json, first: Json, second: Json) -> None:
    """A replacement leaves what the void of its original and the same claim as a new one leave."""
    same = ("relationship", "patient_submitted", "subscriber_submitted", "billing_provider", "billing_npi")
    assume(first["billing_provider"] == second["billing_provider"])
    second = {**second, **{name: first[name] for name in same}}
    one, other = start(terms), start(terms)
    for payer in (one, other):
        payer.send("A", first)
    assume("A" in one.decisions())
    original = {"claim": "A"}
    replaced = one.send("B", second, frequency="7", original_reference_f8=original)
    other.send("V", first, frequency="8", original_reference_f8=original)
    new = other.send("B", second)
    assume("B" in one.decisions())
    assert without_numbers(one.standing(), [replaced]) == without_numbers(other.standing(), [new])


@EXAMPLES
@given(terms=plans(), sent=st.lists(claims(), min_size=2, max_size=5), size=st.integers(1, 4))
def test_how_claims_are_cut_into_transactions_changes_nothing(
    start: Start, terms: Json, sent: list[Json], size: int
) -> None:
    """Claims that wait together come to the same decisions and ledgers in transactions of any size."""
    whole, parts = start(terms), start(terms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adjudicate_module, "CLAIMS_A_TRANSACTION", AT_ONCE)
        _decide_together(whole, sent)
        patch.setattr(adjudicate_module, "CLAIMS_A_TRANSACTION", size)
        _decide_together(parts, sent)
    assert parts.standing() == whole.standing()


def _decide_together(payer: Payer, sent: Sequence[Json]) -> None:
    jobs = Jobs(payer.workspace, context_for(RECEIVED))
    for number, told in enumerate(sent):
        claim = claim_of({**told, "clm01": f"C{number}"}, payer.world, {})
        path = payer.workspace.home / f"{number}.837"
        path.write_bytes(payer.harness.file_of(jobs, claim, RECEIVED, number + 1))
        jobs.receive(path, datetime.combine(RECEIVED, time(9), payer_zone()))
    jobs.adjudicate()


def _other_fees(files: Files) -> Files:
    """Cut every fee on the day: from then on another one."""
    rows = files["fee-schedules.csv"].decode().splitlines()
    header, body = rows[0], [row.split(",") for row in rows[1:]]
    made = [header]
    for schedule, version, start, end, code, modifier, fee in body:
        if end and end < CUT:
            made.append(f"{schedule},{version},{start},{end},{code},{modifier},{fee}")
            continue
        made.append(f"{schedule},{version},{start},2026-06-29,{code},{modifier},{fee}")
        made.append(f"{schedule},{version}-new,{CUT},{end},{code},{modifier},{Decimal(fee) + 1}")
    return {**files, "fee-schedules.csv": "\n".join(made).encode()}


def _other_plan(files: Files) -> Files:
    """From the day on the plan pays all."""
    told = json.loads(files["payer.yaml"])
    plan = next(each for each in told["plans"] if each["id"] == drawn_payers.PLAN)
    (version,) = plan["versions"]
    generous = [{**each, "cost_share": []} if "cost_share" in each else each for each in version["benefits"]]
    plan["versions"] = [{**version, "to": "2026-06-29"}, {**version, "from": CUT, "benefits": generous}]
    return {**files, "payer.yaml": json.dumps(told).encode()}


def _other_contracts(files: Files) -> Files:
    """From the day on each contract is another one, without withholds, that pays a tenth of the charge."""
    told = json.loads(files["payer.yaml"])
    rate = {"id": "TENTH", "when": {}, "method": "percent_of_charge", "percent": "0.10"}
    later = [
        {**each, "id": f"{each['id']}-NEW", "from": CUT, "rates": [rate], "withholds": []}
        for each in told["contracts"]
        if each["to"] is None
    ]
    ended = [{**each, "to": each["to"] or "2026-06-29"} for each in told["contracts"]]
    told["contracts"] = [*ended, *later]
    return {**files, "payer.yaml": json.dumps(told).encode()}


@pytest.mark.any_database
@pytest.mark.parametrize("change", [_other_fees, _other_plan, _other_contracts])
@EXAMPLES
@given(terms=plans(), sent=st.lists(claims(days=BEFORE), min_size=1, max_size=4))
def test_what_changes_on_a_day_changes_nothing_before_it(
    start: Start, change: Callable[[Files], Files], terms: Json, sent: list[Json]
) -> None:
    """Fees, a plan or contracts of a later day: services before it are decided and counted as if they stayed."""
    as_it_was, changed = start(terms), start(terms, change)
    for payer in (as_it_was, changed):
        for number, claim in enumerate(sent):
            payer.send(f"C{number}", claim)
    assert changed.standing() == as_it_was.standing()
    before, after = as_it_was.decisions(), changed.decisions()
    assert {name: _told(each.lines) for name, each in after.items()} == {
        name: _told(each.lines) for name, each in before.items()
    }


@pytest.mark.any_database
@EXAMPLES
@given(terms=plans(), claim=claims(), data=st.data())
def test_the_order_of_lines_changes_only_whose_turn_it_is(
    start: Start, terms: Json, claim: Json, data: st.DataObject
) -> None:
    """Where no edit or rank goes by the order of lines, they are allowed the same in any order."""
    plain = [line for line in claim["lines"] if line["code"] in ("G0463", "S0220", "A4206", "G0105", "R0070")]
    lines = list({(line["code"], line["dos"]): line for line in plain}.values())
    assume(len(lines) > 1 and not any(line["modifiers"] for line in lines))
    shuffled = data.draw(st.permutations(lines))
    one, other = start(terms), start(terms)
    for payer, ordered in ((one, lines), (other, shuffled)):
        numbered = [{**line, "lx": number} for number, line in enumerate(ordered, 1)]
        total = sum(Decimal(line["charge"]) for line in ordered)
        payer.send("A", {**claim, "lines": numbered, "clm02": f"{total:.2f}"})
    for decided in (one.decisions(), other.decisions()):
        assert set(decided) == {"A"}
    assert _allowed(one.decisions()["A"]) == _allowed(other.decisions()["A"])
    assert _deductible_counted(one) == _deductible_counted(other)


def _allowed(decision: ClaimDecision) -> list[object]:
    return sorted((line.code, line.date, line.charged, line.allowed, line.denied) for line in decision.lines)


def _deductible_counted(payer: Payer) -> dict[AccumulatorKey, Decimal]:
    rows = [each for plan in payer.world["plans"] for each in plan["benefits"] if plan["id"] == drawn_payers.PLAN]
    alike = {json.dumps(row.get("cost_share", ())) for row in rows}
    counted = {key: used for key, used in balances_of(payer).items() if key.accumulator.startswith("ded_") and used}
    # Rows that share otherwise take the deductible in their turn; of one kind of row it is the same in any order.
    return counted if len(alike) == 1 else {}


def _told(lines: Sequence[LineDecision]) -> list[Any]:
    return [(line.number, line.allowed, line.paid, line.adjustments, line.remarks) for line in lines]
