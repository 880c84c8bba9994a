"""Writes packages/data-wsj-features/test/golden/filterbankOptions.json: one small sound, filterbanks of it
under one changed option at a time, from kaldi-native-fbank (Kaldi's feature code as a Python package).

    python3 -m venv tools/golden/.venv
    tools/golden/.venv/bin/pip install kaldi-native-fbank==1.22.4
    tools/golden/.venv/bin/python tools/golden/make_filterbank_golden.py
"""

import importlib.metadata
import json
import math
import pathlib
import platform

import kaldi_native_fbank as knf

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "packages/data-wsj-features/test/golden/filterbankOptions.json"
RATE = 8000

# Our option names; every case has 8 kHz, 10 bins and no dither besides.
CASES = {
    "defaults": {},
    "longer frames": {"frameLength": 32, "frameShift": 12.5},
    "no pre-emphasis": {"preEmphasis": 0},
    "less pre-emphasis": {"preEmphasis": 0.9},
    "DC kept": {"removeDcOffset": False},
    "hamming": {"window": "hamming"},
    "hanning": {"window": "hanning"},
    "sine": {"window": "sine"},
    "rectangular": {"window": "rectangular"},
    "blackman": {"window": "blackman"},
    "blackman 0.3": {"window": "blackman", "blackmanCoefficient": 0.3},
    "no rounding": {"roundToPowerOfTwo": False},
    "15 bins": {"bins": 15},
    "band": {"lowFrequency": 125, "highFrequency": 3800},
    "high from Nyquist": {"highFrequency": -400},
    "no logarithm": {"log": False},
    "magnitudes": {"power": False},
    "raw energy": {"energy": True},
    "windowed energy": {"energy": True, "rawEnergy": False},
    "energy floor": {"energy": True, "energyFloor": 9.9e8},
    "edges": {"snipEdges": False},
    "edges, long frames": {"snipEdges": False, "frameLength": 45, "frameShift": 15},
}

NAMES = {
    "frameLength": ("frame_opts", "frame_length_ms"),
    "frameShift": ("frame_opts", "frame_shift_ms"),
    "preEmphasis": ("frame_opts", "preemph_coeff"),
    "removeDcOffset": ("frame_opts", "remove_dc_offset"),
    "window": ("frame_opts", "window_type"),
    "blackmanCoefficient": ("frame_opts", "blackman_coeff"),
    "roundToPowerOfTwo": ("frame_opts", "round_to_power_of_two"),
    "snipEdges": ("frame_opts", "snip_edges"),
    "bins": ("mel_opts", "num_bins"),
    "lowFrequency": ("mel_opts", "low_freq"),
    "highFrequency": ("mel_opts", "high_freq"),
    "log": ("", "use_log_fbank"),
    "power": ("", "use_power"),
    "energy": ("", "use_energy"),
    "rawEnergy": ("", "raw_energy"),
    "energyFloor": ("", "energy_floor"),
}


def sound():
    """1,203 int16 samples: two rising tones over noise (a linear congruential generator) and an offset."""
    state, samples = 1510, []
    for i in range(1203):
        state = (state * 1103515245 + 12345) % 2**31
        tones = 3000 * math.sin(0.01 * i + 3e-4 * i * i) + 900 * math.sin(1.7 * i + 1e-4 * i * i)
        samples.append(round(tones + (state / 2**31 - 0.5) * 800 + 250))
    return samples


def features(samples, changed):
    options = knf.FbankOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = 10
    for name, value in changed.items():
        part, field = NAMES[name]
        setattr(getattr(options, part) if part else options, field, value)
    computer = knf.OnlineFbank(options)
    computer.accept_waveform(RATE, samples)
    computer.input_finished()
    return [computer.get_frame(i).tolist() for i in range(computer.num_frames_ready)]


def main():
    samples = sound()
    provenance = {
        "tool": "kaldi-native-fbank",
        "version": importlib.metadata.version("kaldi-native-fbank"),
        "python": platform.python_version(),
        "script": "tools/golden/make_filterbank_golden.py",
        "dtype": "float32",
    }
    lines = [f'  "provenance": {json.dumps(provenance)}', f'  "samples": {json.dumps(samples)}']
    cases = []
    for name, changed in CASES.items():
        rows = [[float(f"{value:.8g}") for value in row] for row in features(samples, changed)]
        cases.append(f'    {json.dumps(name)}: {{ "options": {json.dumps(changed)}, "rows": {json.dumps(rows)} }}')
    lines.append('  "cases": {\n' + ",\n".join(cases) + "\n  }")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
