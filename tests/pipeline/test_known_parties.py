"""Who is known otherwise than a claim says goes back to the provider with the 835."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hpedi.claims.claim import Claim
from hpedi.claims.parties import Name
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import context_for
from hpedi.crosscheck.answer import Opinion
from hpedi.crosscheck.pyx12_engine import validate_with_pyx12
from hpedi.x12.events import Delimiters
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.payer_changes import changed_payer
from tests.pipeline.sending import Office, bill


def sent_back(demo: Demo) -> list[str]:
    """Pay and deliver, and return the segments of the 835s that go to Riverbend."""
    jobs = demo.jobs
    jobs.pay()
    jobs.deliver()
    files = (demo.workspace.home / "outbox" / "riverbend").glob("*.835")
    return [each for file in files for each in file.read_text().replace("\n", "").split("~")]


def named(claim: Claim, name: Name) -> Claim:
    """Return a claim whose patient has another name."""
    return replace(claim, subscriber=replace(claim.subscriber, name=name))


@pytest.mark.parametrize(
    ("name", "told"),
    [(Name(last="AMBLE", first="ROSE"), ["NM1*74*1*AMBLE*ROSA"]), (Name(last="Amble", first="Rosa"), [])],
    ids=["misspelt", "in other letters"],
)
def test_the_right_name_of_a_patient_is_told(demo: Demo, name: Name, told: list[str]) -> None:
    """Sent as ROSE, known as ROSA: the 835 has the name as sent, and the corrected one; case is no difference."""
    Office(demo).send(named(bill("A", "M01"), name))
    segments = sent_back(demo)
    assert any(each.startswith(f"NM1*QC*1*{name.last}*{name.first}") for each in segments)
    assert [each for each in segments if each.startswith("NM1*74")] == told


def test_the_payer_that_goes_first_is_named(demo: Demo) -> None:
    """Denied because another plan pays first: the 835 names it, and any guide check accepts the set."""
    folder = changed_payer(demo.inbox)
    rows = "member,payer_name,payer_id,order,from,to\nM01,OTHER PLAN,77777,primary,2025-01-01,\n"
    (folder / "other-coverage.csv").write_text(rows)
    _loaded, outcome = load_folder(demo.workspace, context_for(AS_OF), folder)
    assert outcome is not None
    Office(demo).send(bill("A", "M01"))
    segments = sent_back(demo)
    assert "NM1*PR*2*OTHER PLAN*****PI*77777" in segments
    assert any(each.startswith("CAS*CO*22*") for each in segments)
    body = segments[next(place for place, each in enumerate(segments) if each.startswith("ST*")) :]
    body = body[: next(place for place, each in enumerate(body) if each.startswith("SE*")) + 1]
    answer = validate_with_pyx12(body, Delimiters(), functional_id="HP", version="005010X221A1")
    assert answer.opinion is Opinion.ACCEPTED, answer
