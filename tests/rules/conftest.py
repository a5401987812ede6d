from __future__ import annotations

import pytest

from tests.rules.contract import Programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """All rows as functions of real files."""
    return Programs(tmp_path_factory.mktemp("rows"))
