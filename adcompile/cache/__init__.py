"""Compiled text, kept between processes.

`programs` finds a text by what it was compiled for and of; `natures` says which things are the same
for the compiler, `versions` which compiler it is. `disk` holds the entries: JSON files in a folder
of the user's, never trusted further than their owner, their mode and their checksum allow, and
never in the way: a cache that cannot be read or written costs time, not an error.
"""

from adcompile.cache.disk import clear, folder, key, load, store

__all__ = ["clear", "folder", "key", "load", "store"]
