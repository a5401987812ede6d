"""`python -m adcompile`."""

import sys

from adcompile.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
