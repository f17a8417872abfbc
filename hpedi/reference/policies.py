"""Policies: which services need an authorisation first, and when a service is medically justified."""

from __future__ import annotations

from typing import Literal

from hpedi.reference.dated import Entry, Lasting
from hpedi.reference.values import Name


class PastCare(Entry, frozen=True, kw_only=True):
    """An earlier claim of the member with an ICD-10-PCS procedure that begins so.

    Attributes:
        paid: Something was paid for it; false: it is enough that it was not denied.
    """

    icd_procedure_prefixes: tuple[Name, ...]
    paid: bool = True


class PolicyCondition(Entry, frozen=True, kw_only=True):
    """What must hold of a service line: all keys given; none given: always.

    Attributes:
        dx_any_prefix: One of its diagnoses begins so.
        dx_none_prefix: None of them does.
        age_min: Completed years of the patient on the date of service, at least.
        age_max: At most.
        pos: Its place of service is one of these.
        modifiers: It has one of these.
        prior_auth_approved: An approved authorisation for it is on file (false: none is).
        attachment: Paperwork of this type (PWK01) came with the claim or the line.
        history: The member had care before.
        any_of: At least one of these holds.
    """

    dx_any_prefix: tuple[Name, ...] | None = None
    dx_none_prefix: tuple[Name, ...] | None = None
    age_min: int | None = None
    age_max: int | None = None
    sex: str | None = None
    pos: tuple[Name, ...] | None = None
    modifiers: tuple[Name, ...] | None = None
    prior_auth_approved: bool | None = None
    attachment: str | None = None
    history: PastCare | None = None
    any_of: tuple[PolicyCondition, ...] | None = None


class MedicalPolicy(Lasting, frozen=True, kw_only=True):
    """A policy on the medical necessity of some codes.

    Attributes:
        deny_if: It denies where this holds.
        require: It denies where this does not hold.
        satisfied_if: It denies nothing where this holds; alone and without `effect`, it denies where this does not.
        effect: no_prior_auth: where satisfied, the service needs no authorisation.
        reason: Why it denies.
    """

    id: Name
    codes: tuple[Name, ...]
    deny_if: PolicyCondition | None = None
    require: PolicyCondition | None = None
    satisfied_if: PolicyCondition | None = None
    effect: Literal["no_prior_auth"] | None = None
    reason: str = ""
    source: str = ""

    @property
    def may_deny(self) -> bool:
        """It denies some lines, or all; else it only spares an authorisation."""
        alone = self.satisfied_if is not None and self.effect is None
        return self.deny_if is not None or self.require is not None or alone

    @property
    def denies_always(self) -> bool:
        """It denies its codes whatever is told of a line."""
        return self.deny_if == PolicyCondition() and self.satisfied_if is None


class PriorAuthorization(Lasting, frozen=True, kw_only=True):
    """Services that need an authorisation first: by code, or by the type of bill of the whole claim.

    Attributes:
        unless_policy: Id of a medical policy; where it is satisfied, no authorisation is needed.
    """

    id: Name
    codes: tuple[Name, ...] = ()
    tob_prefixes: tuple[Name, ...] = ()
    unless_policy: str | None = None
    source: str = ""


class Policies(Entry, frozen=True, kw_only=True):
    """All policies."""

    prior_auth: tuple[PriorAuthorization, ...] = ()
    exempt_emergency: bool = True
    medical: tuple[MedicalPolicy, ...] = ()
