"""Why a set is judged by no guide: it is in the wrong group, not agreed on, or its version not adopted or unknown."""

from __future__ import annotations

from dataclasses import replace

from hpedi.acceptance.judging import Judging
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where


def guide_refused(where: Where, judging: Judging, *, functional_id: str, version: str, transaction_set: str) -> Finding:
    """Return the finding about a set that has no guide.

    Args:
        where: The place of the set.
        judging: How it is judged.
        functional_id: GS01.
        version: GS08.
        transaction_set: ST01.

    Findings:
        set-not-allowed, set-not-of-group, version-not-adopted, set-not-supported.
    """
    at_header = replace(where, segment=1, segment_id="ST")
    belonging = judging.sets_of_group(functional_id)
    if belonging and transaction_set not in belonging:
        return found("set-not-of-group", at_header)
    if not judging.may_send(functional_id, version, transaction_set):
        return found("set-not-allowed", at_header)
    known = judging.known_version(functional_id, version, transaction_set)
    if known is not None:
        message = f"Version {known.id} of the guide {known.standing}. Send version {known.adopted}."
        return found("version-not-adopted", at_header, message, source="45 CFR 162 subparts K to R")
    return found("set-not-supported", at_header)
