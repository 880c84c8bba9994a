"""Writes packages/reporting/test/golden/statistics.json: what SciPy gives for the statistics of claims.

    pip install scipy==1.15.3
    python tools/golden/make_statistics_golden.py
"""

import json
import pathlib
import sys

import numpy as np
import scipy
from scipy import stats

root = pathlib.Path(__file__).resolve().parents[2]
seed = 7
rng = np.random.default_rng(seed)

samples = [
    [float(x) for x in rng.normal(0.2, 0.3, n).round(6)] for n in (2, 3, 6, 7, 10, 12)
] + [[float(x) for x in rng.gamma(2, 0.5, 10).round(6)]]


def sign_flip(values):
    """Exact, one-sided: SciPy's test of paired samples counts every pattern."""
    test = stats.permutation_test(
        (np.array(values),), np.sum, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    return float(test.pvalue)


def bca(values):
    """With so many resamples that the ends are known to some 1e-3 of the deviation."""
    result = stats.bootstrap(
        (np.array(values),), np.mean, n_resamples=400_000, batch=20_000, method="BCa",
        random_state=np.random.default_rng(seed),
    )
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


def holm(p):
    """R's p.adjust(p, "holm"), by its formula; SciPy has no Holm."""
    p = np.array(p)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(np.minimum(1, (len(p) - np.arange(len(p))) * p[order]))
    out = np.empty(len(p))
    out[order] = adjusted
    return [float(x) for x in out]


points = [-6.0, -3.2, -1.959963984540054, -1.0, -0.1, 0.0, 0.4, 1.0, 1.6448536269514722, 2.5, 4.0, 6.5]
levels = [1e-6, 0.001, 0.025, 0.2, 0.5, 0.8, 0.95, 0.975, 0.999]
family = [0.04, 0.001, 0.03, 0.0156, 0.5, 0.001]
content = {
    "provenance": {
        "tool": "SciPy",
        "version": scipy.__version__,
        "python": sys.version.split()[0],
        "script": "tools/golden/make_statistics_golden.py",
        "seed": seed,
        "dtype": "float64",
    },
    "normal": {
        "points": points,
        "cdf": [float(stats.norm.cdf(x)) for x in points],
        "levels": levels,
        "quantiles": [float(stats.norm.ppf(p)) for p in levels],
    },
    "student": [
        {
            "freedom": freedom,
            "cdf": [float(stats.t.cdf(x, freedom)) for x in points],
            "quantiles": [float(stats.t.ppf(p, freedom)) for p in levels],
        }
        for freedom in (1, 2, 3, 5, 6, 9, 24, 101)
    ],
    "samples": [
        {
            "values": values,
            "interval": [float(x) for x in stats.t.interval(
                0.95, len(values) - 1, np.mean(values), stats.sem(values))],
            "bca": bca(values) if len(values) >= 6 else None,
            "signFlip": sign_flip(values),
        }
        for values in samples
    ],
    "holm": {"p": family, "adjusted": holm(family)},
}
target = root / "packages/reporting/test/golden/statistics.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(content, indent=1) + "\n")
