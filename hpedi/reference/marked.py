"""YAML as text with line numbers: every scalar stays as written, every value knows its line.

Built on PyYAML's composed nodes, so no value is guessed (0.20 never becomes a float) and no tag makes an object.
Anchors and aliases are refused. This module knows no section of a payer folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where

_NULL: Final = "tag:yaml.org,2002:null"
_DEEPEST: Final = 40


class _NotPlain(yaml.YAMLError):
    """The document uses anchors or nests too deep."""

    def __init__(self, problem_mark: object) -> None:
        self.problem_mark = problem_mark


@dataclass(frozen=True, slots=True)
class Mark:
    """A value and the line it stands on, from 1; a list or mapping holds marks again."""

    line: int
    value: MarkedValue


MarkedValue: TypeAlias = "str | list[Mark] | dict[str, Mark] | None"


def read_yaml(content: bytes, file: str) -> tuple[Mark | None, list[Finding]]:
    """Read one YAML document.

    Args:
        content: The file's bytes, UTF-8.
        file: Its name, for findings.

    Findings:
        reference-file: It is no YAML, has several documents, repeats a key, nests too deep or uses anchors.
    """
    findings: list[Finding] = []
    try:
        _check_events(content)
        node = yaml.compose(content, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        return None, [_refused(file, line, "The file is not YAML, or uses anchors or deep nesting; write plain YAML.")]
    if node is None:
        return None, []
    return _marked(node, file, findings), findings


def _check_events(content: bytes) -> None:
    depth = 0
    for event in _events(content):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _NotPlain(event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _NotPlain(event.start_mark)


def _events(content: bytes) -> Iterator[yaml.Event]:
    yield from yaml.parse(content, Loader=yaml.CSafeLoader)


def _marked(node: yaml.Node, file: str, findings: list[Finding]) -> Mark:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Mark(line, [_marked(item, file, findings) for item in node.value])
    if isinstance(node, yaml.MappingNode):
        return Mark(line, _mapping(node, file, findings))
    return Mark(line, None if node.tag == _NULL else str(node.value))


def _mapping(node: yaml.MappingNode, file: str, findings: list[Finding]) -> dict[str, Mark]:
    pairs: dict[str, Mark] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            findings.append(_refused(file, line, "A key is not plain text; write `name: value`."))
        elif key.value in pairs:
            findings.append(_refused(file, line, "A key stands twice; keep one."))
        else:
            pairs[key.value] = _marked(value, file, findings)
    return pairs


def _refused(file: str, line: int, message: str) -> Finding:
    return found("reference-file", Where(file=file, line=line), message)
