"""A partner's public keys: added and revoked on days, never taken out of the profile."""

from __future__ import annotations

from datetime import date

from msgspec import structs

from hpedi.identifiers import ssh_key
from hpedi.reference.partners import Partner, PartnerKey


class NotAKey(ValueError):
    """A text is no public key, a key is there already, or no good key has a fingerprint."""


def with_key(partner: Partner, text: str, day: date) -> Partner:
    """Return a profile with a public key added on a day.

    Raises:
        NotAKey: The text is no public key that is taken, or the partner has or had this key.
    """
    try:
        key = PartnerKey(key=ssh_key.validate(text), added=day)
    except ValueError as wrong:
        raise NotAKey(f"no public key: {wrong}") from None
    if any(each.fingerprint == key.fingerprint for each in partner.keys):
        raise NotAKey("the partner has this key, or had it: a revoked key is not taken again")
    return structs.replace(partner, keys=(*partner.keys, key))


def without_key(partner: Partner, fingerprint: str, day: date) -> Partner:
    """Return a profile with a key revoked from a day on.

    Raises:
        NotAKey: No key that is not revoked has this fingerprint.
    """
    if not any(each.fingerprint == fingerprint and each.revoked is None for each in partner.keys):
        raise NotAKey("no key of the partner that is not revoked has this fingerprint")
    revoked = (
        structs.replace(each, revoked=day) if each.fingerprint == fingerprint and each.revoked is None else each
        for each in partner.keys
    )
    return structs.replace(partner, keys=tuple(revoked))
