"""When the network is asked about images: at once for the hand, at a bounded rate for new snapshots."""

from dataclasses import replace
from time import perf_counter
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.tabs.vq_vae.inference_worker import InferenceWorker
from dgm_explorer.ui.tabs.vq_vae.reconstructions.requests import ImageAnswer, ImageRequest, answer

LEAST_PAUSE_MS: Final = 250
_PAUSE_PER_WORK: Final = 9
"""Pause as a multiple of the work before it, which leaves nine tenths of the time to the training."""


class ImageAsker(QObject):
    """Paces an `InferenceWorker`; what answers another run has asked for is dropped."""

    due = Signal()
    """A newer snapshot may be asked now: call `ask`."""
    answered = Signal(object)
    """An `ImageAnswer`."""
    failed = Signal(str)
    """One sentence: why there is no answer."""

    def __init__(self, make_inference: MakeInference, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = InferenceWorker(make_inference, answer, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._go_on)
        self._model: VqVaeSnapshot | None = None
        self._is_pending = False
        self._run = 0
        self._asked_s = 0.0
        self._complaint = ""
        self._worker.finished.connect(self._take)
        self._worker.failed.connect(self._fail)

    def poke(self) -> None:
        """There is a newer snapshot: `due` follows, now or after the pause."""
        self._is_pending = True
        self._go_on()

    def ask(
        self,
        snapshot: VqVaeSnapshot,
        config: VqVaeConfig,
        shape: tuple[int, int, int],
        request: ImageRequest,
        by_hand: bool,
    ) -> None:
        """Have images encoded; for the hand by the copy there is, if it was made less than a pause ago."""
        if not by_hand or self._model is None or not self._pause.isActive():
            self._model = snapshot
            self._pause.start(LEAST_PAUSE_MS)
        self._asked_s = perf_counter()
        numbered = replace(request, step=self._model.step, run=self._run)
        self._worker.ask(self._model, config, shape, numbered)

    def forget(self) -> None:
        """Another run: what is under way is not wanted any more."""
        self.rest()
        self._model = None
        self._complaint = ""
        self._run += 1

    def rest(self) -> None:
        """Nobody looks: ask no more until the next `poke`."""
        self._is_pending = False
        self._pause.stop()
        self._worker.forget()

    def close(self) -> None:
        """Wait for the work in hand."""
        self.rest()
        self._worker.close()

    @Slot()
    def _go_on(self) -> None:
        if self._is_pending and not self._pause.isActive() and not self._worker.is_busy:
            self._is_pending = False
            self.due.emit()

    @Slot(object, object)
    def _take(self, request: ImageRequest, found: ImageAnswer) -> None:
        took_ms = 1000 * (perf_counter() - self._asked_s)
        if self._pause.isActive() and _PAUSE_PER_WORK * took_ms > self._pause.remainingTime():
            self._pause.start(round(_PAUSE_PER_WORK * took_ms))
        if request.run == self._run:
            self.answered.emit(found)
        self._go_on()

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        if sentence != self._complaint:  # or every snapshot would say so again
            self._complaint = sentence
            self.failed.emit(sentence)
        self._go_on()
