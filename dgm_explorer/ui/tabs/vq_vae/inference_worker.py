"""Codes of images and images of codes, worked out beside the window by a copy of the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.vq_inference import MakeInference, VqInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.newest_worker import NewestWorker


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    snapshot: VqVaeSnapshot
    config: VqVaeConfig
    image_shape: tuple[int, int, int]
    request: Any


class InferenceWorker(QObject):
    """Answers requests with the network of a snapshot; only the newest request counts.

    Parameters
    ----------
    make_inference : makes the copy, in the worker's thread, once for each snapshot.
    work : (copy, request) → answer, in the worker's thread; touches nothing but its arguments.
    """

    finished = Signal(object, object)
    """(request, answer), in the thread of this object."""

    failed = Signal(str)
    """One sentence: why there is no answer."""

    def __init__(
        self,
        make_inference: MakeInference,
        work: Callable[[VqInference, Any], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_inference = make_inference
        self._work = work
        self._made: tuple[VqVaeSnapshot, VqInference] | None = None  # touched in the worker's thread only
        self._worker = NewestWorker(self._run, self)
        self._worker.finished.connect(self._tell)

    @property
    def is_busy(self) -> bool:
        return self._worker.is_busy

    def ask(
        self,
        snapshot: VqVaeSnapshot,
        config: VqVaeConfig,
        image_shape: tuple[int, int, int],
        request: object,
    ) -> None:
        """Have a request answered by the network of ``snapshot``; one that still waits is forgotten."""
        self._worker.ask(_Job(snapshot, config, image_shape, request))

    def forget(self) -> None:
        """Drop the request that waits."""
        self._worker.forget()

    def close(self) -> None:
        """Wait for the work in hand, so that nothing outlives the window."""
        self._worker.close()

    def _run(self, job: _Job) -> Any:
        """In the worker's thread."""
        try:
            if self._made is None or self._made[0] is not job.snapshot:
                copy = self._make_inference(job.snapshot, job.config, job.image_shape)
                self._made = (job.snapshot, copy)
            return self._work(self._made[1], job.request)
        except InputError as error:
            return _Refusal(str(error))

    @Slot(object, object)
    def _tell(self, job: _Job, answer: Any) -> None:
        if isinstance(answer, _Refusal):
            self.failed.emit(answer.sentence)
        else:
            self.finished.emit(job.request, answer)


@dataclass(frozen=True, slots=True)
class _Refusal:
    sentence: str
