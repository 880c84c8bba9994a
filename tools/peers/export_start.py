"""Prints the weights and the windows that the peers start from as JSON, for those that are not written in Python.

    python export_start.py agreement-bn
    python export_start.py ptb-large --sizes-only
"""

import argparse
import dataclasses
import json

from peers import starting_point
from sizes import find_sizes


def array(values):
    """A numpy array as its shape and its elements in row-major order."""
    return {"shape": values.shape, "data": values.ravel().tolist()}


def main():
    """Prints `sizes` of the preset and, unless they are enough, `weights` and `windows`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset")
    parser.add_argument("--batch", type=int, help="rows of a step (default: the recipe's)")
    parser.add_argument("--sizes-only", action="store_true")
    arguments = parser.parse_args()
    sizes = find_sizes(arguments.preset, arguments.batch)
    start = {"sizes": dataclasses.asdict(sizes)}
    if not arguments.sizes_only:
        weights, windows = starting_point(sizes)
        start["weights"] = {name: array(values) for name, values in weights.items()}
        start["windows"] = [[array(part) for part in window] for window in windows]
    print(json.dumps(start))


if __name__ == "__main__":
    main()
