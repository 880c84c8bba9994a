"""Timing of training steps: warm-up steps first, then a clock around each step."""

import resource
import statistics
import time


def time_steps(step, windows, steps, warm_up):
    """Runs `step(window)`, which returns the loss as a number, and times it.

    Returns the median in milliseconds, every timed step, the warm-up steps and the loss of each step.
    """
    losses, elapsed = [], []
    for index in range(warm_up + steps):
        window = windows[index % len(windows)]
        start = time.perf_counter()
        losses.append(step(window))
        elapsed.append(1000 * (time.perf_counter() - start))
    timed = elapsed[warm_up:]
    return {
        "stepMilliseconds": statistics.median(timed),
        "timedMilliseconds": timed,
        "warmUpMilliseconds": elapsed[:warm_up],
        "losses": losses,
    }


def peak_rss_mib():
    """The most resident memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
