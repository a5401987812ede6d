from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes says nothing on a busy machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave the user's cache alone, and the workers of a parallel run one another's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADCOMPILE_CACHE", str(tmp_path_factory.mktemp("adcompile_cache")))
        yield
