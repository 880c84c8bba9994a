"""The sizes and the recipe of each preset: `authors-code` for the language model, the paper's for speech."""

import dataclasses

TYPES = 10_000


@dataclasses.dataclass(frozen=True)
class LanguageSizes:
    """One training step of the word language model: LSTM layers and a softmax over all types.

    Every weight starts uniform in ±`init_range`; `share` is dropped; the update is plain SGD after the gradient is
    scaled down to the global norm `max_norm`.
    """

    units: int
    time: int
    batch: int
    share: float
    init_range: float
    max_norm: float
    normalized: bool
    types: int = TYPES
    layers: int = 2
    learning_rate: float = 1.0

    @property
    def positions(self):
        """Words of a step."""
        return self.time * self.batch


@dataclasses.dataclass(frozen=True)
class SpeechSizes:
    """One training step of the frame classifier: bidirectional LSTM layers and a softmax; no clipping."""

    frames: int
    batch: int
    normalized: bool
    units: int = 250
    inputs: int = 69
    classes: int = 3_546
    layers: int = 5
    learning_rate: float = 1e-4
    momentum: float = 0.9

    @property
    def positions(self):
        """Frames of a step: every utterance has the same length."""
        return self.frames * self.batch

    def layer_inputs(self, layer):
        """Width of what a layer reads: the features, then both directions of the layer below."""
        return self.inputs if layer == 0 else 2 * self.units


_LANGUAGE = {
    "ptb-small": dict(units=200, time=20, share=0.0, init_range=0.1, max_norm=5.0),
    "ptb-medium": dict(units=650, time=35, share=0.5, init_range=0.05, max_norm=5.0),
    "ptb-large": dict(units=1500, time=35, share=0.65, init_range=0.04, max_norm=10.0),
    # Small enough to compare losses; its threshold cuts every gradient.
    "agreement": dict(units=12, time=6, share=0.0, init_range=0.5, max_norm=0.5, types=40, batch=5),
}


def preset_names():
    """Every preset that the peers have; each also with `-bn`."""
    return [*_LANGUAGE, "wsj-birnn"]


def find_sizes(preset, batch=None, frames=300):
    """The sizes of a preset; `-bn` normalizes W·x. ValueError for a preset that the peers do not have."""
    normalized = preset.endswith("-bn")
    name = preset.removesuffix("-bn")
    if name == "wsj-birnn":
        return SpeechSizes(frames=frames, batch=batch or 24, normalized=normalized)
    if name not in _LANGUAGE:
        known = ", ".join(preset_names())
        raise ValueError(f"There is no preset {preset!r} here: take {known}, each also with -bn.")
    sizes = {"batch": 32} | _LANGUAGE[name] | ({"batch": batch} if batch else {})
    return LanguageSizes(**sizes, normalized=normalized)
