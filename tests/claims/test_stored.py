"""Claims that were stored by an earlier release, which knew fewer fields, are still read."""

from __future__ import annotations

from decimal import Decimal

from hpedi.claims.claim import ReceivedClaim
from hpedi.store.encoding import decode, encode

EARLIER = b"""{
  "payer_claim_control_number": "26061000010000001", "version": 1, "received": "2026-03-02", "partner": "lakes",
  "test": false,
  "claim": {
    "patient_control_number": "PCN1", "charged": "185.00", "place_of_service": "11", "frequency": "1",
    "signature_on_file": true, "assignment": "A", "benefits_assigned": "Y", "release_of_information": "Y",
    "related_causes": [], "accident_state": "", "submitter_id": "LAKES", "note": "SEE CHART",
    "billing": {"is_person": false, "name": {"last": "LAKE CLINIC", "first": "", "middle": "", "suffix": ""},
                "npi": "1000000012", "tax_id": "411111111", "tax_id_qualifier": "EI"},
    "subscriber": {"payer_responsibility": "P", "name": {"last": "LAKE", "first": "MARY"}, "member_id": "942670000101",
                   "claim_filing": "CI", "birth_date": "1964-11-20", "sex": "F"},
    "payer": {"name": "HPEDI HEALTH PLAN", "id": "94267"}, "patient": null,
    "diagnoses": [{"qualifier": "ABK", "code": "J029"}],
    "lines": [{"number": 1, "code": "T1015", "code_qualifier": "HC", "modifiers": ["25"], "charged": "185.00",
               "unit": "UN", "units": "1", "diagnosis_pointers": [1], "emergency": false,
               "dates": {"start": "2026-02-10", "end": "2026-02-10"},
               "drug": {"ndc": "00074433902", "quantity": "1", "unit": "ML"}, "adjudications": []}]
  }
}"""


def test_a_claim_of_an_earlier_release_is_read() -> None:
    """What an earlier release did not know is as if it had not been sent; what it knew is as it was."""
    received = decode(ReceivedClaim, EARLIER)
    claim = received.claim
    assert (claim.type, claim.type_of_bill, claim.note) == ("P", "", "SEE CHART")
    assert (claim.lines[0].charged, claim.lines[0].revenue_code) == (Decimal("185.00"), "")
    assert claim.event_dates == claim.references == claim.notes == ()
    assert decode(ReceivedClaim, encode(received)) == received
