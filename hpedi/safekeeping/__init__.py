"""Keeping bytes safe on disk: encryption at rest, and writing that survives a kill."""
