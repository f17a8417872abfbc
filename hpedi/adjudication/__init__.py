"""Deciding claims: stages of small pure rules over a claim in its context, to the cent and with the reasons."""
