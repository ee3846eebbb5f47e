"""Where a card lies over a plot: clear of the mouse, over as few dots as may be, and seldom elsewhere."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

from dgm_explorer.core.arrays import FloatArray

_AWAY_PX: Final = 24.0
_BORDER_PX: Final = 6.0


class CardCorner:
    """Remembers which corner the card lies in, and leaves it there while the mouse keeps away."""

    def __init__(self) -> None:
        self._index: int | None = None

    def forget(self) -> None:
        """The card is taken away: the next one lies where there are the fewest dots then."""
        self._index = None

    def place(self, size: QSizeF, about: QPointF, rooms: tuple[QRectF, QRectF], dots: FloatArray) -> QPointF:
        """Upper left corner for a card.

        Parameters
        ----------
        size : of the card.
        about : what the card must not cover.
        rooms : the plot without its axes, and with them: where the plot is small the card lies over those.
        dots : (n, 2) places better left free.
        All are in pixels of the same widget.
        """
        corners = [corner for room in rooms for corner in _corners(room, size)]
        gaps = [min(_gap(corner, size, about), _AWAY_PX) for corner in corners]
        clear = [index for index, gap in enumerate(gaps) if gap == max(gaps)]
        if self._index not in clear:
            inside = [index for index in clear if index < len(corners) // 2] or clear
            self._index = min(inside, key=lambda index: _n_covered(QRectF(corners[index], size), dots))
        return corners[self._index]


def _corners(room: QRectF, size: QSizeF) -> tuple[QPointF, ...]:
    """Places for the upper left corner of the card."""
    border = _BORDER_PX
    inner = room.adjusted(border, border, -border - size.width(), -border - size.height())
    return inner.topRight(), inner.bottomRight(), inner.topLeft(), inner.bottomLeft()


def _gap(corner: QPointF, size: QSizeF, about: QPointF) -> float:
    """From the card, with its upper left corner there, to a place; 0 inside."""
    dx = max(corner.x() - about.x(), about.x() - corner.x() - size.width(), 0.0)
    dy = max(corner.y() - about.y(), about.y() - corner.y() - size.height(), 0.0)
    return max(dx, dy)


def _n_covered(card: QRectF, dots: FloatArray) -> int:
    x, y = dots[:, 0], dots[:, 1]
    is_inside = (x > card.left()) & (x < card.right()) & (y > card.top()) & (y < card.bottom())
    return int(np.count_nonzero(is_inside))
