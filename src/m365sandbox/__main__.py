"""Let `python -m m365sandbox` be the command line."""

import sys

from m365sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main())
