"""From decided claims to money: remittances, payments, the check register, the Nacha file and the ledger.

    decided claims -> claim_payments -> remit -> Remittance + Payment a payee
                   -> balancing (on building) -> 835 bytes -> verification (read back) -> ach.build -> ach.verification
                   -> states, ledger, check_register

All pure: numbers, dates and the payer's facts are handed in; what does not balance raises and releases nothing.
"""
