"""A PixelCNN of the tab: learnt on the codes of one snapshot, and decoded by the network of that one."""

import time
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.core.code_sampler import MakeCodeSampler
from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.lasting_thread import JOIN_MS
from dgm_explorer.ui.tabs.vq_vae.inference_worker import InferenceWorker
from dgm_explorer.ui.tabs.vq_vae.sample.priors import CodeGrids, Drawn, decode_grids
from dgm_explorer.ui.tabs.vq_vae.sample.thread import SamplerNews, SamplerThread


@dataclass(frozen=True, slots=True, eq=False)
class CodeSource:
    """Where code grids come from.

    Attributes
    ----------
    snapshot, config, image_shape : of the network that made them and decodes others.
    grids : parted into those to learn from and those to measure on.
    """

    snapshot: VqVaeSnapshot
    config: VqVaeConfig
    image_shape: tuple[int, int, int]
    grids: CodeGrids

    @property
    def stride(self) -> int:
        """Pixels from one code to the next."""
        return self.config.stride_for(*self.image_shape[:2])


class Learning(QObject):
    """At most one PixelCNN; belongs to the GUI thread and never waits, except in `finish`."""

    changed = Signal()
    """Other news, or other samples."""
    failed = Signal(str)
    """Samples could not be decoded: one sentence."""

    def __init__(
        self,
        make_inference: MakeInference,
        make_code_sampler: MakeCodeSampler,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_code_sampler = make_code_sampler
        self._decoder = InferenceWorker(make_inference, decode_grids, self)
        self._decoder.finished.connect(self._take_images)
        self._decoder.failed.connect(self.failed)
        self._thread: SamplerThread | None = None
        self._ending: list[SamplerThread] = []
        self.source: CodeSource | None = None
        self.news = SamplerNews("preparing")
        self.drawn: Drawn | None = None

    @property
    def is_learning(self) -> bool:
        return self._thread is not None and self.news.state in ("preparing", "learning")

    def start(self, source: CodeSource) -> None:
        """Learn the codes of ``source``: on from where it was stopped, or anew where they are others."""
        progress = self.news.progress
        is_same = self.source is not None and self.source.snapshot is source.snapshot
        is_complete = progress is not None and progress.step >= progress.n_steps
        if self._thread is not None and self.news.state == "resting" and is_same and not is_complete:
            self._thread.go_on()
            self.news = replace(self.news, state="learning")
            self.changed.emit()
            return
        self.drop()
        self.source = source
        self._thread = SamplerThread(self._make_code_sampler, source.grids)
        self._thread.mailbox.filled.connect(self._take_news)
        self._thread.begin()
        self.changed.emit()

    def stop(self) -> None:
        """Learn no further; what has been learnt can still be drawn from."""
        if self._thread is not None:
            self._thread.rest()

    def draw(self) -> None:
        """Draw anew, if there is anything to draw from."""
        if self._thread is not None and self.news.codes is not None:
            self._thread.draw()

    def drop(self) -> None:
        """Forget what has been learnt."""
        if self._thread is not None:
            self._thread.request_stop()
            self._ending = [thread for thread in self._ending if thread.isRunning()]
            self._ending.append(self._thread)
        self._decoder.forget()
        self._thread = self.source = self.drawn = None
        self.news = SamplerNews("preparing")

    def finish(self) -> None:
        """Stop learning and wait until it has ended, `JOIN_MS` at most."""
        self.drop()
        deadline_s = time.monotonic() + JOIN_MS / 1000
        for thread in self._ending:
            thread.stop(max(0, round(1000 * (deadline_s - time.monotonic()))))
        self._ending = []
        self._decoder.close()

    @Slot()
    def _take_news(self) -> None:
        news = None if self._thread is None else self._thread.mailbox.take()
        if news is None or self.source is None:
            return
        codes, self.news = self.news.codes, news
        if news.codes is not None and news.codes is not codes:
            source = self.source
            self._decoder.ask(source.snapshot, source.config, source.image_shape, news.codes)
        self.changed.emit()

    @Slot(object, object)
    def _take_images(self, codes: Any, images: Any) -> None:
        if self.news.codes is not None and codes is self.news.codes:
            self.drawn = Drawn(codes, images, self.news.bits_per_code)
            self.changed.emit()
