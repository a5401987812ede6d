"""Run every case: `python -m tests.order [arguments of pytest]`."""

import os
import sys
from pathlib import Path

import pytest

from tests.order import VARIABLE

if __name__ == "__main__":
    os.environ[VARIABLE] = "all"
    sys.exit(pytest.main([str(Path(__file__).parent), *sys.argv[1:]]))
