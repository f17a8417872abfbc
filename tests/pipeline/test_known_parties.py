"""Who is known otherwise than a claim says goes back to the provider with the 835."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hpedi.claims.claim import Claim
from hpedi.claims.parties import Name
from tests.pipeline.conftest import Demo
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
