"""A cache of JSON entries on disk, one file per entry.

What is loaded here is compiled and run, so an entry counts only if nobody but the user could have
written it: the folder and the file belong to the user, nobody else may write to them, and the file
is a regular one. A header with a checksum catches what was cut short or damaged. Anything else is
as if it were absent, and `store` replaces it.

Files are written beside their place and moved into it, so a reader sees the old entry or the new
one, never a part, however many threads and processes write. Problems of the disk are never raised.

The environment variable ``ADCOMPILE_CACHE`` moves the folder; ``off``, ``0`` or nothing turns the
cache off.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import time
from itertools import takewhile
from pathlib import Path
from typing import Any

__all__ = ["MAX_ENTRIES", "clear", "folder", "key", "load", "native", "read", "store", "write"]

MAX_ENTRIES = 2000
"""About how many entries are kept; beyond it the oldest go."""

_VARIABLE = "ADCOMPILE_CACHE"
_OFF = frozenset({"", "0", "off"})
_FORMAT = 1
_HEADER = '{{"magic": "adcompile cache", "format": {format}, "sha256": "{checksum}", "payload":\n'
_FOOTER = b"\n}\n"
_KEY = re.compile(r"[0-9a-f]{64}")
_ENTRY_NAME = re.compile(r"[0-9a-f]{64}\.json")
_TEMPORARY_NAME = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{16}\.tmp")
# The native texts, and numba's files, which begin with the name of the text.
NATIVE = "native"
MAX_NATIVE = 200
_NATIVE_NAME = re.compile(r"adcompile_\w+_[0-9a-f]{24}(\..+)?\.(py|nbi|nbc)")
_ABANDONED_AFTER = 3600.0  # seconds; no write takes that long
_PRUNE_EVERY = 32
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# A link is not followed, and a named pipe in an entry's place does not block. Windows has neither
# flag.
_READ_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def folder() -> Path | None:
    """Say where the entries are kept. The folder need not exist.

    Returns:
        The folder, or None where the cache is turned off or the user has no home folder.
    """
    setting = os.environ.get(_VARIABLE)
    if setting is None:
        return _default_folder()
    if setting.strip().lower() in _OFF:
        return None
    return Path(os.path.abspath(os.path.expanduser(setting)))


def load(key: str) -> dict[str, Any] | None:
    """Read an entry.

    Args:
        key: 64 hexadecimal digits, as made by `key`.

    Returns:
        The entry, with tuples turned into lists as JSON does; None where there is none that can be
        trusted.

    Raises:
        ValueError: `key` is not 64 hexadecimal digits.
    """
    name = _entry_name(key)
    where = folder()
    if where is None or not _is_ours(where):
        return None
    try:
        data = read(where / name)
    except OSError:
        return None
    return None if data is None else _decode(key, data)


def store(key: str, entry: dict[str, Any]) -> None:
    """Write an entry, in place of one with the same key. Without a usable disk, do nothing.

    Args:
        key: 64 hexadecimal digits, as made by `key`.
        entry: what `load` shall return; anything that JSON can hold.

    Raises:
        ValueError: `key` is not 64 hexadecimal digits, or the entry contains itself.
        TypeError: JSON cannot hold the entry.
    """
    name = _entry_name(key)
    data = _encode(key, entry)
    where = folder()
    if where is None:
        return
    with contextlib.suppress(OSError):
        _make_folder(where)
        if _is_ours(where):
            write(where / name, data)
            # Spreading the check by key needs no count shared between threads and processes.
            if int(key[:8], 16) % _PRUNE_EVERY == 0:
                _prune(where)


def native() -> Path | None:
    """The folder for native texts, beside the entries; only the user can write to it.

    Returns:
        The folder, which exists; None where there is no such place.
    """
    where = folder()
    if where is None:
        return None
    try:
        _make_folder(where / NATIVE)
    except OSError:
        return None
    if not (_is_ours(where) and _is_ours(where / NATIVE)):
        return None
    _prune_native(where / NATIVE, MAX_NATIVE)
    return where / NATIVE


def _prune_native(where: Path, number: int) -> None:
    """Remove the oldest native texts beyond a number, with what numba compiled them to."""
    texts = sorted(_files(where, _NATIVE_NAME), key=lambda entry: entry[1], reverse=True)
    names = [os.path.basename(path).removesuffix(".py") for path, _ in texts[number:]]
    for path, _ in texts[number:]:
        _remove(path)
    for path, _ in _files(where / "__pycache__", _NATIVE_NAME) if names else ():
        if os.path.basename(path).partition(".")[0] in names:
            _remove(path)


def clear() -> int:
    """Remove all entries, and what interrupted writes left. Other files in the folder stay.

    Returns:
        The number of entries removed; 0 where the folder is absent, not the user's own or writable
        by others.
    """
    where = folder()
    if where is None or not _is_ours(where):
        return 0
    for path, _ in _files(where, _TEMPORARY_NAME):
        _remove(path)
    _prune_native(where / NATIVE, 0)
    return sum(_remove(path) for path, _ in _files(where, _ENTRY_NAME))


def key(*parts: object) -> str:
    """Digest values into a key, the same one in every process.

    Args:
        parts: None, bool, int, float, str, bytes and tuples of these. Equal values of different
            types, such as 1, 1.0, True and "1", give different keys.

    Returns:
        64 hexadecimal digits.

    Raises:
        TypeError: a part is of another type, subclasses included.
    """
    return hashlib.sha256(_canonical(parts)).hexdigest()


def _canonical(part: object) -> bytes:
    """Bytes that differ for different values: each is written with its type and length."""
    kind = type(part)
    if isinstance(part, tuple) and kind is tuple:
        content = b"".join(map(_canonical, part))
    elif isinstance(part, bytes) and kind is bytes:
        content = part
    elif isinstance(part, str) and kind is str:
        content = part.encode("utf-8", "surrogatepass")
    elif isinstance(part, float) and kind is float:
        content = part.hex().encode()
    elif isinstance(part, int) and kind in (int, bool):
        content = b"%x" % part
    elif part is None:
        content = b""
    else:
        raise TypeError(f"a cache key cannot be made from {kind.__module__}.{kind.__qualname__}")
    return b"%s %d:%s" % (kind.__name__.encode(), len(content), content)


def _default_folder() -> Path | None:
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        base = _absolute(os.environ.get("LOCALAPPDATA")) or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = _absolute(os.environ.get("XDG_CACHE_HOME")) or home / ".cache"
    # Without a home folder "~" stays as it is; a folder of that name under the current one would be
    # nobody's cache.
    return base / "adcompile" if base.is_absolute() else None


def _absolute(text: str | None) -> Path | None:
    """The path, unless missing, empty or relative: the XDG specification ignores these."""
    return Path(text) if text and os.path.isabs(text) else None


def _entry_name(key: str) -> str:
    # Names this particular are what lets `clear` and pruning remove files by name in a folder that
    # the user chose.
    if not _KEY.fullmatch(key):
        raise ValueError(f"a cache key is 64 hexadecimal digits, not {key!r}")
    return f"{key}.json"


def _encode(key: str, entry: dict[str, Any]) -> bytes:
    return _envelope(json.dumps({"key": key, "entry": entry}).encode())


def _decode(key: str, data: bytes) -> dict[str, Any] | None:
    """The entry in a file's content; None unless that is exactly what `_encode` gave."""
    payload = data.partition(b"\n")[2].removesuffix(_FOOTER)
    if data != _envelope(payload):
        return None
    try:
        record = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("key") != key:
        return None
    entry = record.get("entry")
    return entry if isinstance(entry, dict) else None


def _envelope(payload: bytes) -> bytes:
    """The content of a file: a checksum, the payload, and what makes the whole JSON."""
    header = _HEADER.format(format=_FORMAT, checksum=hashlib.sha256(payload).hexdigest())
    return header.encode() + payload + _FOOTER


def read(path: Path) -> bytes | None:
    """The content of a file; None unless it is a regular one only the user can write.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _READ_FLAGS)) as file:
        # Asked of the open file: a path could come to name another one in between.
        status = os.fstat(file.fileno())
        return file.read() if stat.S_ISREG(status.st_mode) and _only_ours(status) else None


def write(path: Path, data: bytes) -> None:
    """Put content at a path in one step.

    Raises:
        OSError: that failed; nothing is left.
    """
    temporary = path.with_name(f".{path.stem}.{os.urandom(8).hex()}.tmp")
    try:
        # "x" refuses an existing name, links included.
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        _remove(temporary)
        raise


def _make_folder(where: Path) -> None:
    """Make a folder and the missing ones above it, for the user alone whatever the umask."""
    missing = list(takewhile(lambda path: not path.exists(), [where, *where.parents]))
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def _is_ours(where: Path) -> bool:
    try:
        status = where.stat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and _only_ours(status)


def _only_ours(status: os.stat_result) -> bool:
    """Whether a file or folder belongs to the user and nobody else may write to it."""
    if sys.platform == "win32":
        return True  # the folder lies in the user's profile, and modes say nothing here
    else:
        return status.st_uid == os.getuid() and not status.st_mode & _WRITABLE_BY_OTHERS


def _prune(where: Path) -> None:
    """Remove the oldest entries beyond the limit, and what interrupted writes left long ago."""
    abandoned = time.time() - _ABANDONED_AFTER
    for path, changed in _files(where, _TEMPORARY_NAME):
        if changed < abandoned:
            _remove(path)
    entries = sorted(_files(where, _ENTRY_NAME), key=lambda entry: entry[1], reverse=True)
    for path, _ in entries[MAX_ENTRIES:]:
        _remove(path)


def _files(where: Path, names: re.Pattern[str]) -> list[tuple[str, float]]:
    """The files in a folder with names of one kind, each with the time it was last written."""
    files = []
    with contextlib.suppress(OSError), os.scandir(where) as found:
        for file in found:
            if names.fullmatch(file.name):
                # Another process may remove it at any time.
                with contextlib.suppress(FileNotFoundError):
                    files.append((file.path, file.stat(follow_symlinks=False).st_mtime))
    return files


def _remove(path: str | Path) -> bool:
    """Remove a file; whether that was possible."""
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
