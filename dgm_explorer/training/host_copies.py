"""Copies of many tensors for the host, by one transfer where they lie on a card."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Fetch: TypeAlias = Callable[[Tensor], Tensor]


def copy_to_host(tensors: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    """Read-only arrays of their own, by name: float32 or, of whole numbers, int64.

    Twenty copies one by one would each wait for the card; gathered there they cross in one transfer for
    each of the two types.
    """
    plain = {name: _in_common_type(tensor.detach()) for name, tensor in tensors.items()}
    if any(tensor.device.type == "cuda" for tensor in plain.values()):
        return copy_gathered(plain, _fetch_from_card)
    return {name: _own(tensor.cpu()) for name, tensor in plain.items()}


def copy_gathered(tensors: Mapping[str, Tensor], fetch: Fetch) -> dict[str, NDArray[Any]]:
    """The same by ``fetch``, which brings a tensor (n,) to the host; all of one type must share a device."""
    arrays: dict[str, NDArray[Any]] = {}
    for dtype in {tensor.dtype for tensor in tensors.values()}:
        ours = {name: tensor for name, tensor in tensors.items() if tensor.dtype == dtype}
        flat = fetch(torch.cat([tensor.reshape(-1) for tensor in ours.values()]))
        parts = torch.split(flat, [tensor.numel() for tensor in ours.values()])
        for (name, tensor), part in zip(ours.items(), parts, strict=True):
            arrays[name] = _own(part.view(tensor.shape))
    return {name: arrays[name] for name in tensors}


def _in_common_type(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor.long()


def _own(tensor: Tensor) -> NDArray[Any]:
    """A copy that holds no pinned memory and no other array's."""
    array: NDArray[Any] = np.array(tensor.numpy(), order="C")
    array.setflags(write=False)
    return array


def _fetch_from_card(flat: Tensor) -> Tensor:
    """Through pinned memory, which torch keeps for the next time, on a stream beside that of training."""
    host = torch.empty(flat.shape, dtype=flat.dtype, pin_memory=True)
    stream = torch.cuda.Stream(flat.device)  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream(flat.device))
    with torch.cuda.stream(stream):
        host.copy_(flat, non_blocking=True)
        is_copied = stream.record_event()
    flat.record_stream(stream)
    is_copied.synchronize()
    return host
