"""The dated data that inquiries are answered by, read from mappings/inquiries."""

from __future__ import annotations

from functools import cache

from hpedi.acceptance_files import statuses_of_findings
from hpedi.inquiries.eligibility_rules import load_eligibility_rules
from hpedi.inquiries.status_table import load_status_tables
from hpedi.mappings_folder import mapping
from hpedi.pipeline.asking import InquiryData


@cache
def inquiry_data() -> InquiryData:
    """Return what inquiries are answered by."""
    return InquiryData(
        eligibility=load_eligibility_rules(mapping("inquiries/eligibility.yaml").read_bytes()),
        claim_status=load_status_tables(mapping("inquiries/claim_status.yaml").read_bytes()),
        refusal_statuses=statuses_of_findings(),
    )
