"""Identifiers with check digits, one small module each: compact, calc_check_digit, validate, is_valid."""
