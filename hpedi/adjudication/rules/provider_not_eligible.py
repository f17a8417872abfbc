"""Provider not eligible: services outside the provider's credentialing and location spans are not paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.verdicts import Denies, Verdict
from hpedi.claims.claim import Claim
from hpedi.reference.dated import in_force
from hpedi.reference.providers import BillingProvider, Rendering

REASON: Final = "provider_not_eligible"


def check_provider(context: ClaimContext, line: LineContext, _earlier: Sequence[LineContext]) -> Verdict:
    """Deny a line given on a day on which the provider, or who rendered it, or the place was not credentialed.

    A provider, person or place that the payer keeps no spans of is not looked at.

    Returns:
        `Denies` for reason `provider_not_eligible`.

    Source: `credentialed` and `locations` of providers in the payer folder.
    """
    provider, day = context.provider, line.terms.day
    rendering = _rendering(context, line)
    if provider.credentialed and in_force(provider.credentialed, day) is None:
        parameter = f"provider {provider.id} credentialed on the date of service"
    elif rendering is not None and rendering.credentialed and in_force(rendering.credentialed, day) is None:
        parameter = f"rendering provider {rendering.npi} credentialed on the date of service"
    elif provider.locations and not _is_at_location(provider, context.claim, line):
        parameter = f"provider {provider.id} has the place on the date of service"
    else:
        return None
    return Denies(reason=REASON, parameter=parameter, source=f"provider {provider.id}")


def _rendering(context: ClaimContext, line: LineContext) -> Rendering | None:
    sent = line.line.rendering or context.claim.rendering
    if sent is None:
        return None
    return next((each for each in context.provider.rendering if each.npi == sent.npi), None)


def _is_at_location(provider: BillingProvider, claim: Claim, line: LineContext) -> bool:
    facility = claim.service_facility
    address = (facility.address if facility is not None else None) or claim.billing.address
    if address is None or not address.postal_code:
        return True
    return any(place.covers(line.terms.day) and place.is_at(address.postal_code) for place in provider.locations)
