"""Clauses that compare values with each other, on the columns of a unit: whether they certainly hold."""

from __future__ import annotations

from hpedi.acceptance.checks.screen import Around, Columns, FlatCheck, Shape, Values, all_differ
from hpedi.acceptance.rules.paths import ANY, Path


def unlike(path: Path, other: Path, shape: Shape, columns: Columns) -> FlatCheck | None:
    """Make the check that no value of a path in the unit is one that another path finds around it."""
    element = path.element
    if not element or path.qualifiers or path.component or any(node in other.nodes for node in shape):
        return None
    every = [columns.at(index, element) for index, node in enumerate(shape) if node in path.nodes]
    nodes, of_others = other.nodes, other.element or 0

    def holds(values: Values, around: Around) -> bool:
        others = around.values(nodes, of_others)
        return all((values[each] or "") not in others for each in every)

    return FlatCheck(holds)


def differing(path: Path, shape: Shape, columns: Columns) -> FlatCheck | None:
    """Make the check that the values of a path are all different in the unit."""
    indices = [index for index, node in enumerate(shape) if node in path.nodes]
    if path.element == ANY:
        return _differing_components(path, [columns.whole(index) for index in indices], columns)
    if not path.element or path.qualifiers or path.component is not None:
        return None
    every = [columns.at(index, path.element) for index in indices]
    return FlatCheck(lambda values, _around: all_differ([text for at in every if (text := values[at])]))


def _differing_components(path: Path, every: list[int], columns: Columns) -> FlatCheck:
    """Make it for all components at the path's place, whatever their qualifiers."""
    at = (path.component or 1) - 1
    separator, component = columns.separator, columns.component

    def holds(values: Values, _around: Around) -> bool:
        texts = [text.split(component) for each in every for text in (values[each] or "").split(separator)]
        return all_differ([parts[at] for parts in texts if at < len(parts) and parts[at]])

    return FlatCheck(holds)
