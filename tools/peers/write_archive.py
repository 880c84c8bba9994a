"""Writes a compressed Kaldi archive (`CM`) of random features, the form that `make_fbank.sh` leaves on disk.

    python write_archive.py features.ark --utterances 500
"""

import argparse

import kaldi_native_io
import numpy

SPEECH = kaldi_native_io.CompressionMethod.kSpeechFeature


def main():
    """Random walks of 300 to 1,300 frames of 69 values: neighbouring frames are alike, as in speech."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--utterances", type=int, default=500)
    parser.add_argument("--columns", type=int, default=69)
    arguments = parser.parse_args()
    random = numpy.random.default_rng(1)
    with kaldi_native_io.CompressedMatrixWriter(f"ark:{arguments.file}") as writer:
        for index in range(arguments.utterances):
            shape = (random.integers(300, 1_301), arguments.columns)
            steps = random.standard_normal(shape, numpy.float32)
            features = numpy.cumsum(steps, axis=0, dtype=numpy.float32) / 10 + 10
            writer.write(f"utterance-{index:05d}", features, SPEECH)


if __name__ == "__main__":
    main()
