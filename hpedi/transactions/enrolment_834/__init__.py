"""834 X220A1: members and their coverage, as a sponsor sends them."""
