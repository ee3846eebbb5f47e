"""Landscapes of the family of divergences, computed beside the window."""

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.kl_state import Family, View1D
from dgm_explorer.numerics.family import AlphaLandscape, chi2_landscape
from dgm_explorer.numerics.jensen_shannon import jensen_shannon_landscape
from dgm_explorer.numerics.landscape import Grid1D
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.ui.newest_worker import NewestWorker

FULL, PREVIEW = 256, 64
"""Points along each axis; Jensen–Shannon has no fast blur, so while p moves it is exact on fewer points."""
STRIP_ROWS = 32
STILL_MS = 150


@dataclass(frozen=True)
class FamilyWish:
    """Which landscape is wanted."""

    family: Family
    alpha: float
    p: Mixture1D
    view: View1D


@dataclass(frozen=True)
class _Job:
    """A landscape, or rows lo … hi of one."""

    wish: FamilyWish
    size: int
    lo: int = 0
    hi: int = FULL


@dataclass(frozen=True)
class FamilyPicture:
    """A computed landscape.

    Attributes
    ----------
    wish, grid, values : what it is of; values (m, n) in nats.
    """

    wish: FamilyWish
    grid: Grid1D
    values: FloatArray


class _Painter:
    """Turns jobs into arrays and keeps kernels that fit the next one. Used by one worker thread."""

    def __init__(self) -> None:
        self._kept: AlphaLandscape | None = None
        self._kept_view: View1D | None = None

    def compute(self, job: _Job) -> FloatArray:
        wish = job.wish
        grid = Grid1D.of(wish.view, job.size, job.size)
        if wish.family == "jensen_shannon":
            return jensen_shannon_landscape(wish.p, Grid1D(grid.mu, grid.sigma[job.lo : job.hi]))
        if wish.family == "chi2":
            return chi2_landscape(wish.p, grid)
        if self._kept is None or self._kept_view != wish.view or self._kept.alpha != wish.alpha:
            self._kept, self._kept_view = AlphaLandscape(grid, wish.alpha), wish.view
        return self._kept.evaluate(wish.p)


class FamilyRun(QObject):
    """Keeps the landscape of the newest wish; a full Jensen–Shannon map follows its preview in strips."""

    finished = Signal(object)
    """A `FamilyPicture`; of an earlier wish if the present one is still being computed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wish: FamilyWish | None = None
        self._strips: list[FloatArray] = []
        self._worker = NewestWorker(_Painter().compute, self)
        self._worker.finished.connect(self._receive)
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL_MS)
        self._still.timeout.connect(self._refine)

    def want(self, wish: FamilyWish) -> None:
        """Ask for a landscape as soon as the running one is done."""
        if wish == self.wish:
            return
        self.wish = wish
        self._still.stop()
        self._worker.ask(_Job(wish, PREVIEW if wish.family == "jensen_shannon" else FULL))

    def forget(self) -> None:
        """Nothing is wanted until the next wish."""
        self.wish = None
        self._still.stop()
        self._worker.forget()

    def close(self) -> None:
        """Stop, and wait for what is being computed."""
        self.forget()
        self._worker.close()

    def _refine(self) -> None:
        if self.wish is not None:
            self._strips = []
            self._worker.ask(_Job(self.wish, FULL, 0, STRIP_ROWS))

    def _receive(self, job: _Job, values: FloatArray) -> None:
        if self.wish is None:
            return
        is_strip = job.wish.family == "jensen_shannon" and job.size == FULL
        if not is_strip:
            self._show(job, values)
            if job.wish == self.wish and job.size == PREVIEW:
                self._still.start()
        elif job.wish == self.wish:
            self._strips.append(values)
            if job.hi < FULL:
                self._worker.ask(replace(job, lo=job.hi, hi=job.hi + STRIP_ROWS))
            else:
                self._show(job, np.concatenate(self._strips))

    def _show(self, job: _Job, values: FloatArray) -> None:
        grid = Grid1D.of(job.wish.view, job.size, job.size)
        self.finished.emit(FamilyPicture(job.wish, grid, values))
