"""Updates on their way from the process that trains to the window: arrays through shared memory.

Pickle is the form, which is fit for nothing but this: both ends are this program, and nobody else can write
into the pipe between them.
"""

import os
import pickle
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dgm_explorer.driver.update import RunUpdate

SMALL_BYTES = 1 << 15
"""Arrays up to here travel through the pipe."""

ALIGNMENT = 64
SPARE = 1.5
"""A new block is so much larger than needed, so that the next picture fits too."""

_SHARED_FOLDER = Path("/dev/shm")
"""Where Linux keeps shared memory; in a container it may be small."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One update.

    Attributes
    ----------
    text : the update, pickled without its large arrays.
    block : name of the shared memory that holds these; empty if they are in ``text``.
    sizes : of the arrays in the block, bytes.
    """

    text: bytes
    block: str = ""
    sizes: tuple[int, ...] = ()


class Packer:
    """The end that trains; it must not pack again before the other end has copied the block.

    Parameters
    ----------
    token : the names of its blocks begin with it.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._count = 0
        self._block: SharedMemory | None = None

    def pack(self, update: RunUpdate) -> Parcel:
        """Put the arrays of an update into the block, which grows as needed."""
        buffers: list[pickle.PickleBuffer] = []
        text = pickle.dumps(update, protocol=5, buffer_callback=buffers.append)
        arrays = [np.frombuffer(buffer.raw(), dtype=np.uint8) for buffer in buffers]
        sizes = tuple(len(array) for array in arrays)
        block = self._block_of(sum(map(_aligned, sizes)))
        if block is None:
            return Parcel(pickle.dumps(update, protocol=5))
        offset = 0
        for array in arrays:
            _view(block, len(array), offset)[:] = array
            offset += _aligned(len(array))
        return Parcel(text, block.name, sizes)

    def close(self) -> None:
        """Let go of the block."""
        if self._block is not None:
            self._block.close()
            self._block = None

    def _block_of(self, n_bytes: int) -> SharedMemory | None:
        """A block with room for so much; None where the pipe has to do."""
        if n_bytes <= SMALL_BYTES:
            return None
        if self._block is None or self._block.size < n_bytes:
            self.close()
            self._block = self._make_block(round(SPARE * n_bytes))
        return self._block

    def _make_block(self, size: int) -> SharedMemory | None:
        if not _has_room(size):
            return None
        self._count += 1
        try:
            return SharedMemory(_name_of(self._token, self._count), create=True, size=size)
        except OSError:
            return None


class Unpacker:
    """The window's end.

    The name of a block is taken away as soon as this end has it too: whatever is killed from then on, the
    system frees the memory with the last of the two.

    Parameters
    ----------
    token : as given to the `Packer`.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._count = 0
        self._block: SharedMemory | None = None

    def unpack(self, parcel: Parcel) -> RunUpdate:
        """The update, with arrays of its own."""
        copies: list[NDArray[np.uint8]] = []
        if parcel.block:
            block = self._open(parcel.block)
            offset = 0
            for size in parcel.sizes:
                copies.append(_view(block, size, offset).copy())
                offset += _aligned(size)
        update = pickle.loads(parcel.text, buffers=copies)
        assert isinstance(update, RunUpdate)
        return update

    def close(self) -> None:
        """Let go of the block, and of one that the other end may have made and died before it said so."""
        if self._block is not None:
            self._block.close()
            self._block = None
        with suppress(OSError):
            self._open(_name_of(self._token, self._count + 1)).close()
            self._block = None

    def _open(self, name: str) -> SharedMemory:
        if self._block is None or self._block.name != name:
            if self._block is not None:
                self._block.close()
            self._block = SharedMemory(name)
            self._block.unlink()
            self._count = int(name.rpartition("-")[2])
        return self._block


def _name_of(token: str, count: int) -> str:
    return f"{token}-{count}"


def _view(block: SharedMemory, size: int, offset: int) -> NDArray[np.uint8]:
    assert block.buf is not None
    return np.frombuffer(block.buf, np.uint8, size, offset)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _has_room(size: int) -> bool:
    """Whether shared memory can be filled: without room the system ends a process that touches it."""
    if not _SHARED_FOLDER.is_dir():
        return True
    room = os.statvfs(_SHARED_FOLDER)
    return room.f_bavail * room.f_frsize > 2 * size
