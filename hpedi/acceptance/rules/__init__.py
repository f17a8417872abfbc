"""The rules of SNIP 3 to 7 as data: read from rows, compiled for a guide, run on loop instances."""
