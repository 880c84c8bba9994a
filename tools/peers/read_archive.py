"""Times one Python reader of Kaldi archives over a whole file and prints one line of JSON.

    python read_archive.py kaldiio features.ark --reads 5
"""

import argparse
import importlib
import json
import statistics
import time

from timing import peak_rss_mib


def kaldiio(path):
    """Each matrix of the archive, by `kaldiio.load_ark`."""
    library = importlib.import_module("kaldiio")
    return (matrix for _, matrix in library.load_ark(path))


def kaldi_native_io(path):
    """Each matrix of the archive, by `kaldi_native_io`, Kaldi's own reader in C++."""
    library = importlib.import_module("kaldi_native_io")
    with library.SequentialFloatMatrixReader(f"ark:{path}") as reader:
        for _, matrix in reader:
            yield matrix


READERS = {
    "kaldiio": ("kaldiio", kaldiio),
    "kaldi_native_io": ("kaldi-native-io", kaldi_native_io),
}


def read_all(reader, path):
    """Reads everything once: milliseconds, frames, and the sum of all values, which compares readers."""
    frames, total, busy = 0, 0.0, 0.0
    start = time.perf_counter()
    for matrix in reader(path):
        busy += time.perf_counter() - start
        frames += matrix.shape[0]
        total += float(matrix.sum(dtype="float64"))
        start = time.perf_counter()
    busy += time.perf_counter() - start
    return 1000 * busy, frames, total


def main():
    """Reads once to warm up, then as often as asked for; the sum is not timed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader", choices=sorted(READERS))
    parser.add_argument("file")
    parser.add_argument("--reads", type=int, default=5)
    arguments = parser.parse_args()
    package, reader = READERS[arguments.reader]
    _, frames, total = read_all(reader, arguments.file)
    timed = [read_all(reader, arguments.file)[0] for _ in range(arguments.reads)]
    version = importlib.import_module("importlib.metadata").version(package)
    print(
        json.dumps(
            {
                "milliseconds": statistics.median(timed),
                "frames": frames,
                "sum": total,
                "peakRssMiB": peak_rss_mib(),
                "versions": {package: version},
            }
        )
    )


if __name__ == "__main__":
    main()
