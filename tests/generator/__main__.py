"""The command line: `python -m tests.generator --help` lists its options."""

from __future__ import annotations

import argparse
import os
import sys


def main() -> int:
    """Try programs and say what became of them; the exit status is 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=main.__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to go on")
    parser.add_argument("--seed", type=int, default=0, help="other programs for another number")
    parser.add_argument("--show", action="store_true", help="print every program")
    parser.add_argument("--features", help="only programs of these, e.g. alias,store,loops")
    parser.add_argument(
        "--forward", action="store_true", help="run `jvp`, `jacobian` and `hvp` on each"
    )
    options = parser.parse_args()
    os.environ["ADCOMPILE_CACHE"] = "off"
    # Only now: the cache is set up when the package is imported.
    from tests.generator.campaign import Campaign
    from tests.generator.statements import FEATURES

    features = tuple(options.features.split(",")) if options.features else tuple(FEATURES)
    if unknown := set(features).difference(FEATURES):
        parser.error(f"no feature {', '.join(sorted(unknown))}; there are {', '.join(FEATURES)}")
    campaign = Campaign(options.show, features, options.forward)
    # Rounds have a seed each: those of neighbouring numbers shall not be the same.
    campaign.run(options.seconds, 1000 * options.seed)
    print(campaign.report())
    return int(bool(campaign.failures))


if __name__ == "__main__":
    sys.exit(main())
