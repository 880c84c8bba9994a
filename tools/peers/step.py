"""Times the training steps of one peer in this process and prints one line of JSON.

    python step.py torch ptb-small --threads 2 --steps 20
"""

import argparse
import json

from peers import PEERS, starting_point
from sizes import find_sizes
from timing import peak_rss_mib, time_steps


def read_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("preset")
    parser.add_argument("--batch", type=int, help="rows of a step (default: the recipe's)")
    parser.add_argument("--frames", type=int, default=300, help="frames of an utterance")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20, help="timed steps")
    parser.add_argument("--warm-up", type=int, default=3, help="steps before the clock starts")
    return parser.parse_args()


def main():
    """Imports the library, prepares its step, times, prints."""
    arguments = read_arguments()
    sizes = find_sizes(arguments.preset, arguments.batch, arguments.frames)
    peer = PEERS[arguments.peer]
    module = peer.module(sizes)
    imported = peak_rss_mib()
    step, windows = module.make_step(
        sizes, *starting_point(sizes), arguments.threads, **peer.options
    )
    result = time_steps(step, windows, arguments.steps, arguments.warm_up)
    result |= {
        "unitsPerSecond": 1000 * sizes.positions / result["stepMilliseconds"],
        "peakRssMiB": peak_rss_mib(),
        "importRssMiB": imported,
        "threads": arguments.threads,
        "versions": module.VERSIONS,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
