"""`python -m hpedi`: the same program as the console script."""

from hpedi.commands import main

main()
