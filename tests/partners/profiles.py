"""Profiles that tests of partners share."""

from __future__ import annotations

from hpedi.reference.partners import IsaIdentity, Partner

LAKES = Partner(
    id="lakes",
    name="LAKES CLEARING",
    isa_ids=(IsaIdentity(qualifier="ZZ", id="LAKES"),),
    gs_ids=("LAKESAPP",),
    submitter_ids=("LAKES1",),
)
NORTH = Partner(
    id="north",
    name="NORTH CLINIC",
    isa_ids=(IsaIdentity(qualifier="30", id="419000001"),),
    gs_ids=("NORTHAPP",),
    submitter_ids=("NORTH1",),
)
OPEN = Partner(id="open", name="OPEN BILLING", isa_ids=(IsaIdentity(qualifier="ZZ", id="OPEN"),))
"""Lists neither GS02 nor submitters."""
