"""Run every case: `python -m tests.every [tests and options of pytest]`, all tests by default."""

import os
import sys
from pathlib import Path

import pytest

from tests.every import VARIABLE

if __name__ == "__main__":
    os.environ[VARIABLE] = "all"
    sys.exit(pytest.main(sys.argv[1:] or [str(Path(__file__).parents[1])]))
