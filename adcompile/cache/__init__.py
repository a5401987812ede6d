"""Compiled text, kept between processes.

`disk` holds the entries: JSON files in a folder of the user's, never trusted further than their
owner, their mode and their checksum allow, and never in the way: a cache that cannot be read or
written costs time, not an error.
"""

from adcompile.cache.disk import clear, folder, key, load, store

__all__ = ["clear", "folder", "key", "load", "store"]
