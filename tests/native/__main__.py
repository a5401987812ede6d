"""Run every program of the language's samples on both backends, and count.

    python -m tests.native [part of a label ...] [--every N] [--write] [--golden] [--rows]

The programs that are refused are listed in `refused.txt`; one that is not is an error. `--write`
writes the list anew, `--golden` the golden texts. `--rows` runs the rows of the rules' contract
instead.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.language.inputs import SAMPLES
from tests.native import golden, rows
from tests.native.comparing import RIGHT, outcome

LIST = Path(__file__).parent / "refused.txt"


def main() -> int:
    """The exit status: 1 where the backends disagree, or a program is newly refused."""
    parser = argparse.ArgumentParser()
    parser.add_argument("labels", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--golden", action="store_true")
    parser.add_argument("--rows", action="store_true")
    typed = parser.parse_args()
    if typed.golden:
        golden.write()
        return 0
    if typed.rows:
        return 1 if rows.run(typed.labels, typed.every) else 0
    known = set(LIST.read_text().split()) if LIST.exists() and not typed.write else None
    chosen = [s for s in SAMPLES if all(part in s.label for part in typed.labels)][:: typed.every]
    counts: Counter[str] = Counter()
    refused = []
    for sample in chosen:
        start = time.perf_counter()
        try:
            found = outcome(sample)
        except Exception as error:
            counts["wrong"] += 1
            print(f"WRONG {sample.label}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            continue
        counts["right" if found == RIGHT else "refused"] += 1
        if found != RIGHT:
            if known is not None and sample.label not in known:
                counts["newly refused"] += 1
            refused.append(sample.label)
            seconds = time.perf_counter() - start
            print(f"refused {sample.label} ({seconds:.1f} s): {found[:230]}", flush=True)
    print(", ".join(f"{number} {what}" for what, number in sorted(counts.items())))
    if typed.write:
        LIST.write_text("".join(f"{label}\n" for label in sorted(refused)))
    return 1 if counts["wrong"] or counts["newly refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
