"""Writes every golden file of the repository: python tools/golden/make_golden.py"""

import torch

import natural_cases
import normalization_cases
import optimizer_cases
import recurrent_cases
import strategy_cases
import whitening_cases

if __name__ == "__main__":
    torch.set_num_threads(1)
    recurrent_cases.make(seed=1510)
    normalization_cases.make(seed=1603)
    optimizer_cases.make(seed=1412)
    whitening_cases.make(seed=1804)
    strategy_cases.make(seed=1702)
    natural_cases.make(seed=1507)
