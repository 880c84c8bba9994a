"""Prints the weights and the windows that the peers start from as JSON, for the comparison of losses with ours.

    python export_start.py agreement-bn
"""

import dataclasses
import json
import sys

from peers import starting_point
from sizes import find_sizes


def array(values):
    """A numpy array as its shape and its elements in row-major order."""
    return {"shape": values.shape, "data": values.ravel().tolist()}


def main():
    """Prints `sizes`, `weights` and `windows` of the preset."""
    sizes = find_sizes(sys.argv[1])
    weights, windows = starting_point(sizes)
    start = {
        "sizes": dataclasses.asdict(sizes),
        "weights": {name: array(values) for name, values in weights.items()},
        "windows": [[array(part) for part in window] for window in windows],
    }
    print(json.dumps(start))


if __name__ == "__main__":
    main()
