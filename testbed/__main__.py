"""`python -m testbed`: the same as the command `testbed`."""

import sys

from testbed.cli import main

if __name__ == "__main__":
    sys.exit(main())
