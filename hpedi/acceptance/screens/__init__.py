"""Screens: which parts of a set are certainly right, so that no tree of them is built and no rule is run."""
