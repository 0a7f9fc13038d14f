"""`python -m testbed`: the same as the command `testbed`."""

import sys

from testbed.commands.cli import main

if __name__ == "__main__":
    sys.exit(main())
