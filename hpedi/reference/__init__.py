"""What the payer knows: plans, contracts, fees, providers, members: dated, typed, loaded from a folder."""
