"""hpedi: the EDI side of a health plan in one program.

The command line is the interface (`hpedi.commands`); no Python API is promised yet.
"""

__all__: list[str] = []
