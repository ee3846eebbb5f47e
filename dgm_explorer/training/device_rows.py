"""Numbers measured step by step, kept where they were computed until somebody asks for them."""

import numpy as np
import torch
from torch import Tensor

from dgm_explorer.core.arrays import FloatArray

CAPACITY = 1024


class DeviceRows:
    """Rows in a buffer on the device that doubles when full: no step waits for a copy.

    Parameters
    ----------
    width : numbers of the longest row; shorter ones are filled up with what stood there.
    """

    def __init__(self, width: int, device: torch.device) -> None:
        self._buffer = torch.zeros(CAPACITY, width, device=device)
        self._n_rows = 0

    def put(self, values: Tensor) -> int:
        """Keep a copy of ``values`` (at most ``width``,); the number of their row."""
        if self._n_rows == len(self._buffer):
            self._buffer = torch.cat([self._buffer, torch.zeros_like(self._buffer)])
        self._buffer[self._n_rows, : len(values)] = values.detach()
        self._n_rows += 1
        return self._n_rows - 1

    def read(self) -> FloatArray:
        """All rows (n, width), by one copy from the device."""
        return self._buffer[: self._n_rows].cpu().numpy().astype(np.float64)

    def clear(self) -> None:
        """Forget every row."""
        self._n_rows = 0
