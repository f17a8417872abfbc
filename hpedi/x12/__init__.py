"""X12 syntax: delimiters, segments, envelopes, limits, reading and writing. Knows no transaction set."""
