"""Each module can be the first of the package to be imported, though some call one another."""

import subprocess
import sys

EACH = """
import importlib, pkgutil, sys
import adcompile

names = [module.name for module in pkgutil.walk_packages(adcompile.__path__, "adcompile.")]
for name in names:
    if name.endswith("__main__"):
        continue
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "adcompile"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except Exception as error:
        extra = isinstance(error, ModuleNotFoundError) and error.name in ("numba", "llvmlite")
        if not extra:
            print(name, error)
print(len(names) > 100)
"""


def test_each_module_first() -> None:
    run = subprocess.run([sys.executable, "-c", EACH], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("True\n", "")
