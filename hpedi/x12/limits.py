"""What one file may ask of us before it is refused.

A limit is configuration: a partner profile or a test hands in another `Limits`. What is over a limit is refused with
the finding `limit-exceeded` as soon as it is seen; the rest of that interchange is not read, the next interchange is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds, each inclusive.

    Attributes:
        segment_bytes: Length of a segment without its terminator.
        elements: Elements of a segment, the segment id not counted.
        repetitions: Repetitions in a segment, over all its elements.
        components: Components in a segment, over all its elements.
        segments_in_set: Segments of a transaction set, ST and SE counted.
        sets_in_interchange: Transaction sets of an interchange, over all its groups.
        groups_in_interchange: Functional groups, and as many TA1 segments, of an interchange.
        interchanges_in_file: Interchanges of a file.
        envelope_findings: Findings about the envelope of one interchange; more make it noise.
        empty_segments_told: Places of empty segments told for one interchange; further ones are only said to exist.
    """

    segment_bytes: int = 65_536
    elements: int = 250
    repetitions: int = 1_000
    components: int = 1_000
    segments_in_set: int = 10_000_000
    sets_in_interchange: int = 5_000
    groups_in_interchange: int = 1_000
    interchanges_in_file: int = 10_000
    envelope_findings: int = 1_000
    empty_segments_told: int = 100
