"""What a contract allows for a service: one method of reimbursement a file."""
