"""How fast a run goes."""

from collections import deque
from collections.abc import Callable

from dgm_explorer.core.training import Progress

LEAST_SPAN_S = 0.15
"""Below it nothing is said: two steps may follow each other by chance."""


class RateMeter:
    """Pace over the last seconds of one phase: phases differ, and a pause is no training.

    Parameters
    ----------
    window_s : how far back it looks.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._marks: deque[tuple[float, Progress]] = deque()

    def clear(self) -> None:
        """A pause or another run: what was measured says nothing of what comes."""
        self._marks.clear()

    def add(self, at_s: float, progress: Progress) -> None:
        """Note where the run was at an instant (seconds that only grow)."""
        if self._marks and (self._marks[-1][1].phase != progress.phase):
            self.clear()
        self._marks.append((at_s, progress))
        while at_s - self._marks[0][0] > self._window_s and len(self._marks) > 2:
            self._marks.popleft()

    @property
    def steps_per_s(self) -> float:
        """0 while nothing can be said."""
        return self._per_s(lambda progress: progress.step)

    @property
    def images_per_s(self) -> float:
        return self._per_s(lambda progress: progress.n_images)

    @property
    def seconds_left(self) -> float | None:
        """Of the steps planned, at this pace."""
        if not self._marks:
            return None
        return seconds_left(self._marks[-1][1], self.steps_per_s, self.images_per_s)

    def _per_s(self, count: Callable[[Progress], int]) -> float:
        if not self._marks:
            return 0.0
        (begin_s, first), (end_s, last) = self._marks[0], self._marks[-1]
        span_s = end_s - begin_s
        return (count(last) - count(first)) / span_s if span_s >= LEAST_SPAN_S else 0.0


def seconds_left(progress: Progress, steps_per_s: float, images_per_s: float) -> float | None:
    """Of the steps planned; None where nothing can be said.

    Steps that see no image, such as those of a mixture fit, say nothing of those that train.
    """
    if steps_per_s <= 0 or images_per_s <= 0:
        return None
    return max(0, progress.n_steps - progress.step) / steps_per_s
