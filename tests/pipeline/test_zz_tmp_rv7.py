"""Temporary."""
import pytest
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import load
from tests.pipeline.test_payment_run import SENT


@pytest.mark.parametrize("new", ["HARBOR CAFÉ", "HARBOR  ", "H" * 80, "HARBOR ŁÓDŹ", "HARBOR\tX"])
def test_x(demo: Demo, new: str) -> None:
    load(demo, ("name: HARBOR SPECIALTY CARE", f'name: "{new}"\n    ach_name: HARBOR'))
    demo.receive(SENT)
    demo.jobs.adjudicate()
    paid = demo.jobs.pay()
    print(paid.released and [(e.payment.trace_number, e.payment.amount) for e in paid.released], [(h.number, h.finding.code) for h in paid.held])
