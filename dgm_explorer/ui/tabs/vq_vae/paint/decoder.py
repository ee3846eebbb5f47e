"""One worker for all that the Paint panel decodes: the picture under the brush goes before everything."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.inference_worker import InferenceWorker
from dgm_explorer.ui.tabs.vq_vae.paint.work import PictureRequest, Shape, do_paint_work

PART_NUMBERS: Final = 100_000
"""Pixels decoded in one go: a stroke waits for no more, 7 ms of the light network; fewer cost overhead."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Which network decodes.

    Attributes
    ----------
    snapshot, config : of one instant of a run.
    shape : of its images.
    """

    snapshot: VqVaeSnapshot
    config: VqVaeConfig
    shape: Shape

    @property
    def stride(self) -> int:
        """Pixels from one code to the next."""
        return self.config.stride_for(*self.shape[:2])

    def is_like(self, other: "Network") -> bool:
        """Whether grids and images of one are grids and images of the other."""
        mine, others = self.snapshot, other.snapshot
        is_same_grid = mine.position_counts.shape == others.position_counts.shape
        return is_same_grid and (self.shape, self.stride) == (other.shape, other.stride)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """The worker hands it back as it was; ``request`` is what it works on."""

    network: Network
    request: Any


class PaintDecoder(QObject):
    """Hands requests to the worker one at a time, so that a stroke waits for one small part at most."""

    picture_ready = Signal(object, object, object)
    """(`Network`, `PictureRequest`, `Picture`); behind a quick hand some requests are left out."""

    part_ready = Signal(object, object)
    """(`ThumbnailRequest` or `CompareRequest`, its answer)."""

    failed = Signal(str)
    """One sentence; what still waited is forgotten."""

    def __init__(self, make_inference: MakeInference, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = InferenceWorker(make_inference, _work, self)
        self._worker.finished.connect(self._take)
        self._worker.failed.connect(self._refuse)
        self._picture: _Job | None = None
        self._parts: dict[type, deque[_Job]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether something is worked on."""
        return self._worker.is_busy

    def ask_picture(self, network: Network, request: PictureRequest) -> None:
        """Decode a painting before anything else; one that still waits is forgotten."""
        self._picture = _Job(network, request)
        self._go_on()

    def ask_parts(self, network: Network, kind: type, requests: Sequence[object]) -> None:
        """Work on these, one after the other, in place of those of the same kind that still wait."""
        self._parts[kind] = deque(_Job(network, request) for request in requests)
        self._go_on()

    def forget(self) -> None:
        """Drop everything that waits."""
        self._picture = None
        self._parts.clear()

    def close(self) -> None:
        """Wait for the work in hand, so that nothing outlives the window."""
        self.forget()
        self._worker.close()

    def _go_on(self) -> None:
        if self._worker.is_busy:
            return
        job, self._picture = self._picture, None
        waiting = (parts.popleft() for parts in self._parts.values() if parts)
        job = job if job is not None else next(waiting, None)
        if job is not None:
            network = job.network
            self._worker.ask(network.snapshot, network.config, network.shape, job)

    @Slot(object, object)
    def _take(self, job: _Job, answer: Any) -> None:
        if isinstance(job.request, PictureRequest):
            self.picture_ready.emit(job.network, job.request, answer)
        else:
            self.part_ready.emit(job.request, answer)
        self._go_on()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        self.forget()
        self.failed.emit(sentence)


def _work(inference: Any, job: _Job) -> Any:
    """In the worker's thread."""
    return do_paint_work(inference, job.request)
