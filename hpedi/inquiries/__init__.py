"""Answers to inquiries, worked out from what decides claims: 270 to 271.

Pure: members, balances and terms are handed in; who may ask, and what is kept of it, is the pipeline's matter.
"""
