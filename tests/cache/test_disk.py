"""The cache on disk: what it keeps, whom it trusts, and that it never gets in the way."""

import enum
import errno
import hashlib
import json
import os
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcompile import cache
from adcompile.cache import clear, disk, folder, key, load, store

ROOT = Path(__file__).parents[2]
K = key("k")
ENTRY = {"text": "def f_grad(x):\n    return 2 * x  # é\n", "lines": [1, 2], "scale": 0.1}

posix = pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are POSIX")


@pytest.fixture(autouse=True)
def where(tmp_path, monkeypatch):
    """The cache's folder, not yet made."""
    place = tmp_path / "cache"
    monkeypatch.setenv("ADCOMPILE_CACHE", str(place))
    return place


def file_of(name):
    return folder() / f"{name}.json"


def names(place):
    return sorted(path.name for path in place.iterdir())


def sealed(payload, version=1):
    """A file's content as `store` writes it, for a payload of one's own."""
    data = json.dumps(payload).encode()
    checksum = hashlib.sha256(data).hexdigest()
    header = f'{{"magic": "adcompile cache", "format": {version}, "sha256": "{checksum}"'
    return f'{header}, "payload":\n'.encode() + data + b"\n}\n"


def assert_ignored_then_rewritten():
    assert load(K) is None
    store(K, ENTRY)
    assert load(K) == ENTRY


# ---------------------------------------------------------------- the folder


def test_variable_moves_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "elsewhere"))
    assert folder() == tmp_path / "elsewhere"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADCOMPILE_CACHE", "relative")
    assert folder() == tmp_path / "relative"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ADCOMPILE_CACHE", "~/mine")
    assert folder() == tmp_path / "mine"


@pytest.mark.parametrize("value", ["off", "OFF", "0", "", " "])
def test_variable_turns_the_cache_off(monkeypatch, tmp_path, value):
    monkeypatch.setenv("ADCOMPILE_CACHE", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder() is None
    store(K, ENTRY)
    assert load(K) is None
    assert clear() == 0
    assert names(tmp_path) == []


@posix
@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "/home/me/.cache/adcompile"),
        ("linux", {"XDG_CACHE_HOME": "/fast"}, "/fast/adcompile"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/me/.cache/adcompile"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/adcompile"),
        ("darwin", {"XDG_CACHE_HOME": "/fast"}, "/home/me/Library/Caches/adcompile"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/adcompile"),
        ("win32", {}, "/home/me/AppData/Local/adcompile"),
    ],
)
def test_default_folder(monkeypatch, platform, variables, expected):
    for name in ("ADCOMPILE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert folder() == Path(expected)


def test_no_home_folder(monkeypatch):
    monkeypatch.delenv("ADCOMPILE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert folder() is None
    store(K, ENTRY)
    assert load(K) is None


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_folder_and_file_are_for_the_user_alone(monkeypatch, tmp_path, umask):
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "a" / "b"))
    old = os.umask(umask)
    try:
        store(K, ENTRY)
    finally:
        os.umask(old)
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(file_of(K).stat().st_mode) == 0o600


# ---------------------------------------------------------------- entries


def test_entry_comes_back():
    assert load(K) is None
    store(K, ENTRY)
    assert load(K) == ENTRY
    store(K, {"text": "other"})
    assert load(K) == {"text": "other"}
    assert load(key("another")) is None


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
        max_size=3,
    )
)
def test_any_json_comes_back(entry):
    store(K, entry)
    assert load(K) == entry


def test_text_of_any_kind_comes_back():
    entry = {"text": "\ud800 lone surrogate, \0, \r\n, }\n, \u2028"}
    store(K, entry)
    assert load(K) == entry


def test_file_is_json_with_all_that_says_what_it_is(where):
    store(K, ENTRY)
    assert names(where) == [f"{K}.json"]
    content = json.loads(file_of(K).read_text())
    assert content["magic"] == "adcompile cache"
    assert content["format"] == 1
    assert content["payload"] == {"key": K, "entry": ENTRY}
    assert file_of(K).read_bytes() == sealed({"key": K, "entry": ENTRY})


@pytest.mark.parametrize("bad", ["", "k", "../" + K[3:], K[:-1], K + "0", K.upper(), K + "\n"])
def test_key_of_another_form_is_refused(bad):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        load(bad)
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store(bad, ENTRY)


def test_entry_that_json_cannot_hold_is_refused(where):
    with pytest.raises(TypeError):
        store(K, {"value": object()})
    ring: dict = {}
    ring["self"] = ring
    with pytest.raises(ValueError, match="Circular"):
        store(K, ring)
    assert not where.exists()


# ---------------------------------------------------------------- damage


def test_truncated_entry_is_ignored():
    store(K, ENTRY)
    whole = file_of(K).read_bytes()
    for length in range(len(whole)):
        file_of(K).write_bytes(whole[:length])
        assert load(K) is None, length
    assert_ignored_then_rewritten()


def test_entry_with_a_changed_byte_is_ignored():
    store(K, ENTRY)
    whole = file_of(K).read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        file_of(K).write_bytes(changed)
        assert load(K) is None, place
    assert_ignored_then_rewritten()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}",
        b"\xff\xfe\x00",
        b"\0" * 4096,
        sealed({"key": K, "entry": ENTRY}) + b"\n",
        sealed({"key": K, "entry": ENTRY}) * 2,
        sealed({"key": K, "entry": ENTRY}, version=0),
        sealed({"key": key("another"), "entry": ENTRY}),
        sealed({"key": K, "entry": [1, 2]}),
        sealed({"key": K}),
        sealed([K, ENTRY]),
        sealed("text"),
        sealed(None),
    ],
)
def test_content_of_another_form_is_ignored(content):
    store(K, {})
    file_of(K).write_bytes(content)
    assert_ignored_then_rewritten()


@pytest.mark.parametrize("payload", [b"not json", b"\xff", b"[" * 100_000, b""])
def test_payload_that_is_no_json_is_ignored(payload):
    store(K, {})
    file_of(K).write_bytes(disk._envelope(payload))
    assert_ignored_then_rewritten()


def test_entry_under_another_key_is_ignored():
    other = key("other")
    store(other, ENTRY)
    file_of(other).rename(file_of(K))
    assert_ignored_then_rewritten()


# ---------------------------------------------------------------- trust


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_file_that_others_may_write_is_ignored(mode):
    store(K, ENTRY)
    file_of(K).chmod(mode)
    assert_ignored_then_rewritten()
    assert stat.S_IMODE(file_of(K).stat().st_mode) == 0o600


@posix
def test_file_that_others_may_read_counts():
    store(K, ENTRY)
    file_of(K).chmod(0o644)
    assert load(K) == ENTRY


@posix
@pytest.mark.parametrize("mode", [0o720, 0o702, 0o770, 0o777, 0o1777])
def test_folder_that_others_may_write_is_not_used(where, mode):
    store(K, ENTRY)
    where.chmod(mode)
    assert load(K) is None
    store(key("another"), ENTRY)
    assert clear() == 0
    assert names(where) == [f"{K}.json"]
    where.chmod(0o755)
    assert load(K) == ENTRY


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to chown")
def test_file_of_another_user_is_ignored():
    store(K, ENTRY)
    os.chown(file_of(K), 12345, -1)
    assert_ignored_then_rewritten()
    assert file_of(K).stat().st_uid == os.getuid()


@posix
def test_file_of_another_user_is_ignored_whoever_runs_the_test(monkeypatch):
    store(K, ENTRY)
    real = os.fstat

    def fstat(descriptor):
        status = list(real(descriptor))
        status[stat.ST_UID] += 1
        return os.stat_result(status)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", fstat)
        assert load(K) is None
    assert load(K) == ENTRY


@posix
def test_folder_of_another_user_is_not_used(monkeypatch, where):
    store(K, ENTRY)
    me = os.getuid()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: me + 1)
        assert load(K) is None
        store(key("another"), ENTRY)
        assert clear() == 0
    assert names(where) == [f"{K}.json"]
    assert load(K) == ENTRY


@posix
def test_link_is_ignored_and_its_target_left_alone(tmp_path):
    store(K, ENTRY)
    target = tmp_path / "target"
    file_of(K).rename(target)
    before = target.read_bytes()
    file_of(K).symlink_to(target)
    assert load(K) is None
    store(K, {"new": 1})
    assert load(K) == {"new": 1}
    assert not file_of(K).is_symlink()
    assert target.read_bytes() == before


@posix
def test_link_to_nothing_is_replaced(tmp_path):
    store(K, ENTRY)
    file_of(K).unlink()
    file_of(K).symlink_to(tmp_path / "nothing")
    assert_ignored_then_rewritten()
    assert not (tmp_path / "nothing").exists()


@posix
def test_named_pipe_is_ignored_without_waiting():
    store(K, ENTRY)
    file_of(K).unlink()
    os.mkfifo(file_of(K), 0o600)
    assert_ignored_then_rewritten()


def test_folder_in_the_place_of_an_entry_is_left_alone(where):
    store(K, ENTRY)
    file_of(K).unlink()
    file_of(K).mkdir()
    (file_of(K) / "mine").touch()
    assert load(K) is None
    store(K, ENTRY)
    assert load(K) is None
    assert names(where) == [f"{K}.json"]
    assert clear() == 0


# ---------------------------------------------------------------- disks that do not work


def test_folder_that_is_a_file(where):
    where.write_text("mine")
    store(K, ENTRY)
    assert load(K) is None
    assert clear() == 0
    assert where.read_text() == "mine"


def test_folder_under_a_file(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / "file" / "cache"))
    store(K, ENTRY)
    assert load(K) is None
    assert clear() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_folder_that_cannot_be_made(monkeypatch):
    monkeypatch.setenv("ADCOMPILE_CACHE", "/proc/adcompile/cache")
    store(K, ENTRY)
    assert load(K) is None
    assert clear() == 0


def test_folder_with_a_name_too_long(monkeypatch, tmp_path):
    monkeypatch.setenv("ADCOMPILE_CACHE", str(tmp_path / ("x" * 5000)))
    store(K, ENTRY)
    assert load(K) is None
    assert clear() == 0


@pytest.mark.parametrize("call", ["open", "replace", "mkdir", "stat", "fstat", "scandir"])
@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EIO, errno.ENOSPC])
def test_errors_of_the_disk_are_not_raised(monkeypatch, where, call, code):
    """Root may read and write everything, so the errors are made up."""
    if call != "mkdir":
        store(K, ENTRY)

    def fail(*args, **kwargs):
        raise OSError(code, os.strerror(code))

    other = next(k for k in map(key, range(1000)) if int(k[:8], 16) % 32 == 0)  # one that prunes
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        assert load(K) in (None, ENTRY)
        store(other, ENTRY)
        clear()
    assert not list(where.glob("*.tmp"))
    store(K, ENTRY)
    assert load(K) == ENTRY


@pytest.mark.skipif(sys.platform != "linux", reason="needs resource limits")
def test_full_disk_leaves_nothing_behind(where):
    """The system refuses to write more than 100 bytes, as a full disk would."""
    run(
        """
        import resource
        from adcompile.cache import load, store, key
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        store(key("k"), {"text": "x" * 10_000_000})
        assert load(key("k")) is None
        """
    )
    assert names(where) == []


def test_interruption_leaves_nothing_behind(monkeypatch, where):
    store(K, ENTRY)

    def interrupt(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store(K, {"new": 1})
    assert names(where) == [f"{K}.json"]
    assert load(K) == ENTRY


# ---------------------------------------------------------------- several at once


def run(code, *arguments):
    process = start(code, *arguments)
    assert process.wait(60) == 0, process.stderr.read()
    process.stderr.close()


def start(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


RACE = """
import sys
from adcompile.cache import key, load, store

K = key("k")
for number in range(400):
    store(K, {"who": sys.argv[1], "fill": sys.argv[1] * (1000 + 97 * number)})
    entry = load(K)
    assert entry is not None, "an entry was there and is gone"
    assert set(entry["fill"]) == {entry["who"]}, "half of one and half of another"
"""


def test_processes_race(where):
    writers = [start(RACE, who) for who in "ab"]
    for process in writers:
        assert process.wait(60) == 0, process.stderr.read()
        process.stderr.close()
    assert names(where) == [f"{K}.json"]


def test_threads_race(where):
    failures = []

    def write(who):
        try:
            for number in range(100):
                store(K, {"who": who, "fill": who * (1000 + 97 * number)})
                entry = load(K)
                assert entry is not None
                assert set(entry["fill"]) == {entry["who"]}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert names(where) == [f"{K}.json"]


def test_clearing_while_others_write(where):
    writer = start(
        """
        from adcompile.cache import key, load, store
        for number in range(500):
            store(key(number % 7), {"n": number})
            load(key(number % 5))
        """
    )
    while writer.poll() is None:
        clear()
    assert writer.returncode == 0, writer.stderr.read()
    writer.stderr.close()


# ---------------------------------------------------------------- size


def test_clear_removes_entries_alone(where):
    for number in range(3):
        store(key(number), ENTRY)
    for name in ("package.json", "notes.txt", f".{K}.tmp", f"{K}.json.bak"):
        (where / name).touch()
    (where / f".{K}.0123456789abcdef.tmp").touch()
    assert clear() == 3
    assert names(where) == sorted([f".{K}.tmp", f"{K}.json.bak", "notes.txt", "package.json"])
    assert clear() == 0


def test_clear_without_a_folder(where):
    assert clear() == 0
    assert not where.exists()


def test_oldest_entries_go(monkeypatch, where):
    monkeypatch.setattr(disk, "MAX_ENTRIES", 5)
    keys = [key("entry", number) for number in range(200)]
    ordinary = [k for k in keys if int(k[:8], 16) % 32][:20]
    pruning = next(k for k in keys if int(k[:8], 16) % 32 == 0)
    now = time.time()
    for age, k in enumerate(ordinary):
        store(k, ENTRY)
        os.utime(file_of(k), (now - age - 1, now - age - 1))
    (where / "package.json").touch()
    os.utime(where / "package.json", (0, 0))
    assert len(names(where)) == 21  # the limit is not looked at each time
    store(pruning, ENTRY)
    kept = [f"{k}.json" for k in [pruning, *ordinary[:4]]]
    assert names(where) == sorted([*kept, "package.json"])


def test_the_limit_is_kept_in_the_long_run(monkeypatch, where):
    monkeypatch.setattr(disk, "MAX_ENTRIES", 20)
    for number in range(1000):
        store(key("entry", number), {})
    assert len(names(where)) < 20 + 200


def test_abandoned_writes_go(where):
    pruning = next(k for k in map(key, range(1000)) if int(k[:8], 16) % 32 == 0)
    store(K, ENTRY)
    old, fresh = (where / f".{K}.{digit * 16}.tmp" for digit in "01")
    for path, age in ((old, 7200), (fresh, 10)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    store(pruning, ENTRY)
    assert not old.exists()
    assert fresh.exists()


# ---------------------------------------------------------------- keys


def test_equal_values_of_different_types_differ():
    values = [1, 1.0, True, "1", b"1", (1,), ((1,),), None, 0, 0.0, -0.0, False, "", b"", ()]
    assert len({key(value) for value in values}) == len(values)


def test_grouping_counts():
    groups = [("ab",), ("a", "b"), (("a",), "b"), ("a", ("b",)), (("a", "b"),), ("a", "b", ())]
    assert len({key(*group) for group in groups}) == len(groups)


def test_special_values():
    assert key(float("nan")) == key(float("nan"))
    assert key(float("inf")) != key(float("-inf"))
    assert key("\ud800") != key("?")
    assert key(10**5000) != key(10**5000 + 1)
    assert key() != key(())


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@given(PARTS, PARTS)
def test_keys_are_equal_as_the_values_are(a, b):
    assert (key(a) == key(b)) == (repr(a) == repr(b))


def test_key_is_the_same_in_every_process():
    parts = ("text é", 1, -2.5, None, True, b"\0", ("a", ()))
    assert key(*parts) == "56995e67b5c9ab52ba7417cee1cfbdc713a60dab5259f212d9ebc640c53f2137"
    run(
        """
        import sys
        from adcompile.cache import key
        assert key("text é", 1, -2.5, None, True, b"\\0", ("a", ())) == sys.argv[1]
        """,
        key(*parts),
    )


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    "part", [[1], {"a": 1}, np.float64(1.0), np.int64(1), Colour.RED, 1j, object(), print]
)
def test_key_of_another_type_is_refused(part):
    with pytest.raises(TypeError, match="a cache key cannot be made from"):
        key("text", (1, part))


def test_package_offers_it_all():
    assert cache.__all__ == ["clear", "folder", "key", "load", "store"]
    assert all(getattr(cache, name) is getattr(disk, name) for name in cache.__all__)
