"""Hostile input: mutated X12 files, and what must hold of them whatever they hold."""
