"""Who may do what: principals, their roles, third parties and what providers have granted them.

    roles as dated data -> rules -> decision.may(principal, action, on, grants, day) -> Allowed | Refused
    a request for a provider -> grants (approve, deny, revoke) -> proof of control -> a grant in force

All pure: grants, days and what was paid are handed in. Nothing here reads a store, hashes a password or throws dice.
"""
