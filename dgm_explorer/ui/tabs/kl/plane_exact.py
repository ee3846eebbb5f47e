"""Exact numbers and full searches for the plane, beside the window, once the state rests."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from dgm_explorer.core.gaussians import Component2D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.tabs.kl.plane_frame import (
    FixedShape,
    Key,
    PlaneEngine,
    PlaneNumbers,
    PlanePair,
    Points,
    Search,
    exact_numbers,
    find_minima,
    find_stationary,
)

SETTLE_MS = 120
"""Exact values are asked for when the state has rested this long: a drag has the processor to itself."""


class PlaneExact(QObject):
    """Hands the engine what takes longer than a frame.

    Attributes
    ----------
    state : the newest state; numbers for another one are dropped.
    """

    points_improved = Signal()
    """The engine has exact points that it had not."""
    numbers_improved = Signal()
    """The engine has exact numbers that it had not."""

    def __init__(self, engine: PlaneEngine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.state: KLState | None = None
        self._number_worker = NewestWorker(exact_numbers, self)
        self._minima_search = Search(find_minima)
        self._stationary_search = Search(find_stationary)
        self._minima_worker = NewestWorker(self._minima_search.run, self)
        self._stationary_worker = NewestWorker(self._stationary_search.run, self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.ask)
        self._number_worker.finished.connect(self._adopt_numbers)
        self._minima_worker.finished.connect(self._adopt_minima)
        self._stationary_worker.finished.connect(self._adopt_stationary)
        for worker in self._workers:
            self.destroyed.connect(worker.close, Qt.ConnectionType.DirectConnection)

    @property
    def _workers(self) -> tuple[NewestWorker, ...]:
        return self._number_worker, self._minima_worker, self._stationary_worker

    def ask_soon(self) -> None:
        """Ask once nothing has moved for `SETTLE_MS`."""
        self._settle.start()

    def ask(self) -> None:
        """Ask for whatever the engine does not know exactly."""
        self._settle.stop()
        if self.state is None:
            return
        pair = self._engine.wanted_numbers(self.state)
        if pair is not None:
            self._number_worker.ask(pair)
        _start(self._minima_search, self._minima_worker, self._engine.wanted_minima())
        _start(self._stationary_search, self._stationary_worker, self._engine.wanted_stationary())

    def give_up_stale(self) -> None:
        """Leave the processor to what moves."""
        if self._minima_search.wanted != self._engine.wanted_minima():
            self._minima_search.wanted = None
        if self._stationary_search.wanted != self._engine.wanted_stationary():
            self._stationary_search.wanted = None

    def give_up(self) -> None:
        """Nobody looks."""
        self._settle.stop()
        self._minima_search.wanted = self._stationary_search.wanted = None

    def close(self) -> None:
        """Wait for what runs."""
        self.give_up()
        for worker in self._workers:
            worker.close()

    def _adopt_numbers(self, pair: PlanePair, numbers: PlaneNumbers) -> None:
        if self.state is not None and pair == PlanePair(self.state.p2, self.state.q2):
            self._engine.adopt_numbers(pair, numbers)
            self.numbers_improved.emit()

    def _adopt_minima(self, p2: tuple[Component2D, ...], points: Points | None) -> None:
        if points is not None and self._engine.adopt_minima(p2, points):
            self.points_improved.emit()

    def _adopt_stationary(self, shape: FixedShape, points: Points | None) -> None:
        if points is not None and self._engine.adopt_stationary(shape, points):
            self.points_improved.emit()


def _start(search: Search[Key], worker: NewestWorker, key: Key | None) -> None:
    """Begin what is wanted, unless it runs already; give up what is not."""
    is_running = worker.is_busy and search.wanted == key
    search.wanted = key
    if key is not None and not is_running:
        worker.ask(key)
