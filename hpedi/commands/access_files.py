"""The dated data of access, read from mappings/access."""

from __future__ import annotations

from datetime import date
from functools import cache

from hpedi.access.rules import AccessRules, load_access_rules
from hpedi.access.sign_in import SignInTerms, load_sign_in_terms
from hpedi.mappings_folder import mapping


@cache
def access_rules() -> AccessRules:
    """Return what the roles may do."""
    return load_access_rules(mapping("access/roles.yaml").read_bytes())


def sign_in_terms(day: date) -> SignInTerms:
    """Return how people and machines show who they are on a day."""
    return load_sign_in_terms(mapping("access/sign_in.yaml").read_bytes(), day)
