"""How often a training thread may stop to show what it has."""

from collections import deque

SNAPSHOT_SHARE = 0.02
"""Most of the training thread's time that may go into pictures for the window."""

SCREEN_SHARE = 0.03
"""Most of the time that the window may draw them: on two cores both want the interpreter's lock."""

SHORTEST_INTERVAL_S = 1 / 30
LONGEST_INTERVAL_S = 20.0
WARM_UP_INTERVAL_S = 0.5
"""Behind the first picture, whose cost is mostly that of libraries being loaded."""

EARLY_SHARE = 0.2
"""Behind a beginning or a change most is to be seen, so that pictures may come this often: after a share of
the time since then, while they take no larger share of the training thread's time."""

PROGRESS_INTERVAL_S = 0.2


class SnapshotPacer:
    """Says when the next picture or the next word is due, from what the last picture cost.

    Belongs to the training thread; only `screen_cost_s` is set by another one.

    Attributes
    ----------
    screen_cost_s : CPU seconds that the window took to draw the last picture.
    """

    def __init__(self) -> None:
        self.screen_cost_s = 0.0
        self._costs_s: deque[float] = deque(maxlen=2)
        self._snapshot_at_s = float("-inf")
        self._progress_at_s = float("-inf")
        self._changed_at_s: float | None = None

    @property
    def interval_s(self) -> float:
        """From the end of one picture to the beginning of the next, once not much changes any more."""
        cost_s = min(self._costs_s, default=0.0)  # one of two may have met a busy machine
        wanted = max(cost_s / SNAPSHOT_SHARE, self.screen_cost_s / SCREEN_SHARE, SHORTEST_INTERVAL_S)
        is_warming_up = len(self._costs_s) < 2
        return min(wanted, WARM_UP_INTERVAL_S if is_warming_up else LONGEST_INTERVAL_S)

    def is_snapshot_due(self, now_s: float) -> bool:
        interval_s = min(self.interval_s, self._early_interval_s(now_s))
        return now_s - self._snapshot_at_s >= interval_s

    def _early_interval_s(self, now_s: float) -> float:
        """Short behind a beginning or a change, and longer and longer."""
        since_s = float("inf") if self._changed_at_s is None else now_s - self._changed_at_s
        cost_s = min(self._costs_s, default=0.0)
        return max(EARLY_SHARE * since_s, cost_s / EARLY_SHARE, WARM_UP_INTERVAL_S)

    def note_change(self, now_s: float) -> None:
        """A hand has changed something of the run: what comes of it is worth a closer look."""
        self._changed_at_s = now_s

    def is_progress_due(self, now_s: float) -> bool:
        return now_s - self._progress_at_s >= PROGRESS_INTERVAL_S

    def note_snapshot(self, began_s: float, ended_s: float) -> None:
        """A picture was made between the two instants."""
        self._costs_s.append(ended_s - began_s)
        if self._changed_at_s is None:
            self._changed_at_s = ended_s
        self._snapshot_at_s = self._progress_at_s = ended_s

    def note_progress(self, now_s: float) -> None:
        self._progress_at_s = now_s
