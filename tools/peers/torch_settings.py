"""What PyTorch is told before it runs."""

import contextlib

import torch

VERSIONS = {"torch": torch.__version__}


def set_threads(threads):
    """Threads inside an operation; operations run one after the other on a CPU. Seeds dropout."""
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(3)


def rounding(precision):
    """What a forward pass runs in.

    "float32" is nothing. "autocast" runs what PyTorch thinks fit on tensors of bfloat16. "products" keeps float32 tensors
    and lets oneDNN round the operands of products.
    """
    if precision == "products":
        torch.set_float32_matmul_precision("medium")
        torch.backends.mkldnn.matmul.fp32_precision = "bf16"
        torch.backends.mkldnn.rnn.fp32_precision = "bf16"
    if precision == "autocast":
        return torch.autocast("cpu", dtype=torch.bfloat16)
    return contextlib.nullcontext()


def one_bias(lstm):
    """Leaves the second of `nn.LSTM`'s two biases at zero, so that the model is the one-bias LSTM of the others."""
    for name, parameter in lstm.named_parameters():
        if name.startswith("bias_hh"):
            torch.nn.init.zeros_(parameter).requires_grad_(False)
    return lstm
