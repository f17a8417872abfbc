"""pyx12's own engine behind one function, as a second opinion on a transaction set."""

from hpedi.crosscheck.answer import Opinion, Pyx12Answer, SegmentErrors
from hpedi.crosscheck.pyx12_engine import validate_with_pyx12

__all__ = ["Opinion", "Pyx12Answer", "SegmentErrors", "validate_with_pyx12"]
