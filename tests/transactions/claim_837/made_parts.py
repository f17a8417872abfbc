"""Hypothesis strategies for the parts that claims of every type are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from hpedi.claims.parties import Address, Name
from hpedi.service_dates import DateSpan

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"

# Texts, not regular expressions: these are drawn thousands of times, and Hypothesis is ten times as quick with texts.
_word = st.text(_LETTERS + _DIGITS, min_size=2, max_size=9)
words = _word | st.tuples(_word, _word).map(" ".join)
maybe_words = st.just("") | words
days = st.dates(date(1926, 1, 1), date(2026, 3, 1))
maybe_days = st.none() | days
amounts = st.decimals(min_value=Decimal(0), max_value=Decimal("99999.99"), places=2)
maybe_amounts = st.none() | amounts
quantities = st.decimals(min_value=Decimal(1), max_value=Decimal(999), places=1)
npis = st.sampled_from(["1234567893", "1000000012", "1000000103"])
sexes = st.sampled_from(["F", "M", "U"])
spans = st.tuples(days, st.integers(0, 20)).map(
    lambda pair: DateSpan(pair[0], date.fromordinal(pair[0].toordinal() + pair[1]))
)
persons = st.builds(Name, last=words, first=words, middle=maybe_words, suffix=st.sampled_from(["", "JR"]))
organisations = st.builds(Name, last=words)
addresses = st.builds(
    Address,
    lines=st.lists(words, min_size=1, max_size=2).map(tuple),
    city=words,
    state=st.sampled_from(["MN", "WI"]),
    postal_code=st.just("554010000"),
)
codes = st.tuples(
    st.sampled_from(_LETTERS.replace("U", "")),
    st.sampled_from(_DIGITS),
    st.sampled_from(_DIGITS + "AB"),
    st.text(_DIGITS, max_size=4),
).map("".join)
