"""Who may do what: principals, roles, approvals of third parties."""
