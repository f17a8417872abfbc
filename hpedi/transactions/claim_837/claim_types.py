"""The types of claims, and the guides that they are sent by."""

from __future__ import annotations

from typing import Final

PROFESSIONAL, INSTITUTIONAL, DENTAL = "P", "I", "D"

CLAIM_TYPES: Final = {
    "005010X222A1": PROFESSIONAL,
    "005010X223A2": INSTITUTIONAL,
    "005010X224A2": DENTAL,
}
"""The type of the claims of a guide: of those whose claims we have models of."""

GUIDES: Final = {claim_type: guide for guide, claim_type in CLAIM_TYPES.items()}
"""The guide of each type."""
