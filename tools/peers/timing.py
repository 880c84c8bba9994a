"""Timing of training steps: warm-up steps first, then a clock around each step."""

import resource
import statistics
import time


WARM_UP_SECONDS = 2


def time_steps(step, windows, steps, warm_up):
    """Runs `step(window)`, which returns the loss as a number, and times it.

    First come `warm_up` steps that are not counted and, unless that is 0, more until two seconds have passed.
    Returns the median in milliseconds, every timed step, the warm-up steps and the loss of each step.
    """
    losses, elapsed = [], []

    def take():
        window = windows[len(losses) % len(windows)]
        start = time.perf_counter()
        losses.append(step(window))
        elapsed.append(1000 * (time.perf_counter() - start))

    begun = time.perf_counter()
    while len(losses) < warm_up or (warm_up and time.perf_counter() - begun < WARM_UP_SECONDS):
        take()
    warm = len(elapsed)
    for _ in range(steps):
        take()
    timed = elapsed[warm:]
    return {
        "stepMilliseconds": statistics.median(timed),
        "timedMilliseconds": timed,
        "warmUpMilliseconds": elapsed[:warm],
        "losses": losses,
    }


def peak_rss_mib():
    """The most resident memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
