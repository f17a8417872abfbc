"""The same program as the console script `hpedi`."""

from hpedi.commands import main

if __name__ == "__main__":
    main()
