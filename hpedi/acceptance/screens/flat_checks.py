"""Checks of amounts and of values against each other, on the flat segments of a unit: whether they certainly hold.

Each is made once for the shape of a unit, where every segment that it looks at has its index. What it does not find
right is checked again by the check itself, in the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol, TypeAlias

from hpedi.acceptance.checks.balancing_amounts import NOTHING, amount
from hpedi.acceptance.rules.paths import ANY, Path
from hpedi.guides.nodes import SegmentNode
from hpedi.transactions.claim_837.values import read_amount

Cut: TypeAlias = Callable[[int], list[str]]
"""From the index of a segment in its unit to its elements."""


class Around(Protocol):
    """The levels that a unit stands in."""

    def values(self, path: Path) -> frozenset[str]:
        """Return what a path finds in them."""

    def found(self, segment_id: str, loop_id: str, element: int) -> frozenset[str]:
        """Return an element of all segments of an id in a loop of them."""

    def add(self, up: int, name: str, number: Decimal) -> None:
        """Add to a running sum of the level so many levels up, 0 being the innermost; -1 is the transaction set."""

    def total(self, up: int, name: str) -> Decimal:
        """Return a running sum."""

    def loop_id(self, up: int) -> str:
        """Return the loop of a level."""

    def value(self, up: int, segment_id: str, element: int) -> str:
        """Return an element of the first segment of an id in a level; "" where there is none."""


Holds: TypeAlias = Callable[[Cut, Around], bool]


class FlatCheck(NamedTuple):
    """A check of one shape.

    Attributes:
        holds: Says whether it certainly finds nothing.
        book: What it keeps in the levels around, if all checks of the unit hold.
    """

    holds: Holds
    book: Callable[[Cut, Around], None] | None = None


Shape: TypeAlias = Sequence[SegmentNode]
Given: TypeAlias = Mapping[str, str | frozenset[str]]
"""What a rule gives in `with`."""

Make: TypeAlias = Callable[[Shape, Given], FlatCheck | None]

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHARGES: Final = {"SV1": 2, "SV2": 3, "SV3": 2}
_LINE, _RENDERING, _BILLING = "2400", "2310B", "2010AA"
_NPI: Final = 9
"""NM109."""
_CLAIMS: Final = "claims of the set"
_OF_SUBSCRIBER: Final = "claims of the subscriber"
_SUBSCRIBER: Final = "2000B"
_ONE: Final = Decimal(1)


def _at(cut: list[str], element: int) -> str:
    return cut[element] if element < len(cut) else ""


def _claim_charge_balances(shape: Shape, _with: Given) -> FlatCheck | None:
    lines = [(index, _CHARGES[node.segment_id]) for index, node in enumerate(shape) if node.segment_id in _CHARGES]

    def holds(cut: Cut, _around: Around) -> bool:
        charges = NOTHING
        for index, element in lines:
            elements = cut(index)
            charge = read_amount(elements[element]) if element < len(elements) else None
            if charge is None:
                return False
            charges += charge
        return charges == read_amount(_at(cut(0), 2))

    return FlatCheck(holds) if shape[0].segment_id == "CLM" and lines else None


def _too_many_claims(_shape: Shape, given: Given) -> FlatCheck | None:
    limit = given.get("limit")
    if not isinstance(limit, str):
        return None
    most = Decimal(limit)

    def holds(_cut: Cut, around: Around) -> bool:
        return around.total(-1, _CLAIMS) != most

    return FlatCheck(holds, lambda _cut, around: around.add(-1, _CLAIMS, _ONE))


def _line_control_number_repeats(shape: Shape, _with: Given) -> FlatCheck:
    indices = [i for i, node in enumerate(shape) if node.segment_id == "REF" and _is_chosen_by(node, "6R")]
    return FlatCheck(_all_different(indices, 2))


def _line_repeats(shape: Shape, _with: Given) -> FlatCheck:
    """Make the check that no service segment says what another does: lines that do may, and are looked at again."""
    indices = [index for index, node in enumerate(shape) if node.segment_id in _CHARGES]

    def holds(cut: Cut, _around: Around) -> bool:
        return len({tuple(cut(index)) for index in indices}) == len(indices)

    return FlatCheck(holds)


def _diagnosis_repeats(shape: Shape, _with: Given) -> FlatCheck:
    """Make the check that no composite of HI ends as another does: what is alike may be, and is looked at again."""
    indices = [index for index, node in enumerate(shape) if node.segment_id == "HI"]

    def holds(cut: Cut, _around: Around) -> bool:
        codes = [text.lstrip(_LETTERS) for index in indices for text in cut(index)[1:] if text]
        return len(set(codes)) == len(codes)

    return FlatCheck(holds)


def _rendering_is_billing(shape: Shape, _with: Given) -> FlatCheck:
    indices = [i for i, node in enumerate(shape) if node.segment_id == "NM1" and node.loop_id == _RENDERING]

    def holds(cut: Cut, around: Around) -> bool:
        billing = around.found("NM1", _BILLING, _NPI)
        return all(_at(cut(index), _NPI) not in billing for index in indices)

    return FlatCheck(holds)


def _line_charges_within_claim(shape: Shape, _with: Given) -> FlatCheck | None:
    """Make the check of a 276 with one claim in the unit."""
    charges = [i for i, node in enumerate(shape) if node.segment_id == "AMT" and _is_chosen_by(node, "T3")]
    lines = [index for index, node in enumerate(shape) if node.segment_id == "SVC"]

    def holds(cut: Cut, _around: Around) -> bool:
        return sum((amount(_at(cut(index), 2)) for index in lines), NOTHING) <= amount(_at(cut(charges[0]), 2))

    is_one_claim = sum(node.segment_id == "TRN" for node in shape) == 1
    return FlatCheck(holds) if len(charges) == 1 and is_one_claim else None


def _is_chosen_by(node: SegmentNode, code: str) -> bool:
    return node.selector is not None and code in node.selector.codes


def _all_different(indices: Sequence[int], element: int) -> Holds:
    def holds(cut: Cut, _around: Around) -> bool:
        values = [_at(cut(index), element) for index in indices]
        return len(set(values)) == len(values)

    return holds


def _dependent_of_patient(_shape: Shape, _with: Given) -> FlatCheck:
    def holds(_cut: Cut, around: Around) -> bool:
        return around.loop_id(0) == _SUBSCRIBER or not around.value(1, "SBR", 2) or around.total(1, _OF_SUBSCRIBER) > 0

    def book(_cut: Cut, around: Around) -> None:
        if around.loop_id(0) == _SUBSCRIBER:
            around.add(0, _OF_SUBSCRIBER, _ONE)

    return FlatCheck(holds, book)


class _Service(NamedTuple):
    """The indices of a service payment: SVC and its CAS."""

    payment: int
    adjustments: tuple[int, ...]


def _remittance(shape: Shape, _with: Given) -> FlatCheck | None:
    """Make the check of all balances of a claim payment: CLP, CAS, and SVC with their CAS."""
    if shape[0].segment_id != "CLP":
        return None
    own = tuple(i for i, node in enumerate(shape) if node.segment_id == "CAS" and node.loop_id == "2100")
    starts = [i for i, node in enumerate(shape) if node.segment_id == "SVC"]
    services = [
        _Service(start, tuple(i for i in range(start, end) if shape[i].segment_id == "CAS"))
        for start, end in pairwise([*starts, len(shape)])
    ]

    def holds(cut: Cut, _around: Around) -> bool:
        payment = cut(0)
        if payment[2] == "22" or "" in payment[3:5]:
            return False
        taken, owed = _adjusted(cut, own)
        charges = NOTHING
        for at, adjustments in services:
            service = cut(at)
            if len(service) < 4 or not (service[2] and service[3]) or _at(service, 7):  # noqa: PLR2004  # SVC03
                return False
            of_service, of_patient = _adjusted(cut, adjustments)
            charge = amount(service[2])
            if charge - of_service != amount(service[3]):
                return False
            charges, taken, owed = charges + charge, taken + of_service, owed + of_patient
        charged = amount(payment[3])
        is_charge_right = charges == charged or not services
        return is_charge_right and charged - taken == amount(payment[4]) and owed == amount(_at(payment, 5))

    def book(cut: Cut, around: Around) -> None:
        payment = cut(0)
        around.add(0, "claims", _ONE)
        around.add(0, "CLP03", amount(payment[3]))
        around.add(-1, "claims", _ONE)
        around.add(-1, "CLP04", amount(payment[4]))

    return FlatCheck(holds, book)


def _adjusted(cut: Cut, indices: tuple[int, ...]) -> tuple[Decimal, Decimal]:
    """Add up CAS segments: all of them, and those of group PR; what has gaps is no number."""
    total = patient = NOTHING
    for index in indices:
        elements = cut(index)
        texts = elements[3:19:3]
        if "" in texts or len(texts) < len(elements) // 3:
            return _UNKNOWN, _UNKNOWN
        taken = amount(texts[0]) if len(texts) == 1 else sum(map(amount, texts), NOTHING)
        total += taken
        if elements[1] == "PR":
            patient += taken
    return total, patient


_UNKNOWN: Final = Decimal("NaN")

_BALANCES_OF_CLAIM_PAYMENTS: Final = (
    "service_payment_balances",
    "claim_payment_balances",
    "service_charges_balance",
    "patient_responsibility_balances",
    "paid_units_balance",
    "reversal_is_negative",
)
FLAT_CHECKS: Final[Mapping[str, Make]] = MappingProxyType(
    {
        "claim_charge_balances": _claim_charge_balances,
        "too_many_claims": _too_many_claims,
        "line_control_number_repeats": _line_control_number_repeats,
        "diagnosis_repeats": _diagnosis_repeats,
        "line_repeats": _line_repeats,
        "rendering_is_billing": _rendering_is_billing,
        "line_charges_within_claim": _line_charges_within_claim,
        "dependent_of_patient": _dependent_of_patient,
        **dict.fromkeys(_BALANCES_OF_CLAIM_PAYMENTS, _remittance),
    }
)
"""By the name of the check. Those of one maker are made once for a unit."""


def unlike(path: Path, other: Path, shape: Shape) -> FlatCheck | None:
    """Make the check that no value of a path in the unit is one that another path finds around it."""
    indices = [index for index, node in enumerate(shape) if node in path.nodes]
    if not path.element or path.qualifiers or path.component or any(node in other.nodes for node in shape):
        return None
    element = path.element

    def holds(cut: Cut, around: Around) -> bool:
        others = around.values(other)
        return all(_at(cut(index), element) not in others for index in indices)

    return FlatCheck(holds)


def differing(path: Path, shape: Shape, component_separator: str) -> FlatCheck | None:
    """Make the check that the values of a path are all different in the unit."""
    indices = [index for index, node in enumerate(shape) if node in path.nodes]
    if path.element is None or (path.qualifiers and path.element != ANY):
        return None
    if path.element == ANY:
        return FlatCheck(_differing_components(path, indices, component_separator))
    if path.component is not None:
        return None
    element = path.element

    def holds(cut: Cut, _around: Around) -> bool:
        values = [text for index in indices if (text := _at(cut(index), element))]
        return len(set(values)) == len(values)

    return FlatCheck(holds)


def _differing_components(path: Path, indices: list[int], separator: str) -> Holds:
    """Say so of all components at the path's place, whatever their qualifiers."""
    at = (path.component or 1) - 1

    def holds(cut: Cut, _around: Around) -> bool:
        values = []
        for index in indices:
            for text in cut(index)[1:]:
                components = text.split(separator)
                if at < len(components) and components[at]:
                    values.append(components[at])
        return len(set(values)) == len(values)

    return holds
