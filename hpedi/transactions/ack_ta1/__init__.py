"""TA1: what became of an interchange, one segment without group or set. Source: X12 Appendix C; ta1_codes.tsv."""
