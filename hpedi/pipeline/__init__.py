"""The jobs of hpedi, each a function over the ports: receive, adjudicate, pay, deliver.

A job may be killed at any instant and run again: it takes up what it finds committed. It reads no clock and opens no
file; the shell hands in a `RunContext`, bytes and the books.
"""
