"""The peers by name; a library is imported only when its peer is asked for."""

import dataclasses
import importlib

from sizes import SpeechSizes


@dataclasses.dataclass(frozen=True)
class Peer:
    """A library and how it is used: the modules that hold its models, and options of their `make_step`.

    Each module has `VERSIONS` and `make_step(sizes, weights, windows, threads, **options)`, which returns a function
    of a window that trains one step and returns the loss, and the windows as the library's tensors.
    """

    language: str | None = None
    speech: str | None = None
    options: dict = dataclasses.field(default_factory=dict)

    def module(self, sizes):
        """The module for these sizes. ValueError where the peer has no such model."""
        name = self.speech if isinstance(sizes, SpeechSizes) else self.language
        if name is None:
            raise ValueError("This peer has no model of that kind: take torch.")
        return importlib.import_module(name)


PEERS = {
    "torch": Peer("torch_language", "torch_speech"),
    "torch-unpacked": Peer(speech="torch_speech", options={"packed": False}),
    "torch-compiled": Peer("torch_language", options={"compiled": True}),
    "torch-bf16": Peer("torch_language", "torch_speech", {"precision": "autocast"}),
    "torch-bf16-compiled": Peer(
        "torch_language", options={"precision": "autocast", "compiled": True}
    ),
    "torch-bf16-products": Peer("torch_language", "torch_speech", {"precision": "products"}),
    "jax": Peer("jax_language"),
    "tensorflow": Peer("tensorflow_language"),
}


def starting_point(sizes):
    """The weights and the windows of a step that all peers share."""
    name = "speech_data" if isinstance(sizes, SpeechSizes) else "language_data"
    data = importlib.import_module(name)
    return data.initial_weights(sizes), data.windows(sizes)
