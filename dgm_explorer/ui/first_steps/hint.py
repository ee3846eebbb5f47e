"""A ring around a thing, and a card beside it that says what to do with it."""

from typing import Final

from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dgm_explorer.ui.theme import Theme, color
from dgm_explorer.ui.widgets.card import dress_card

CARD_CHARACTERS: Final = 38
GAP_PX: Final = 14
RING_LINE_PX: Final = 3.0


class Ring(QWidget):
    """A ring around a thing with a line to the card; seen, but not there for the mouse."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme
        self._circle = QRect()
        self._line_end = QPoint()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def circle(self) -> QRect:
        """The square around the ring, in the parent."""
        return self._circle

    def surround(self, circle: QRect, card: QRect) -> None:
        """Stand in this square of the parent; the line goes to the nearest edge of the card."""
        middle = circle.center()
        nearest = QPoint(
            min(max(middle.x(), card.left()), card.right()), min(max(middle.y(), card.top()), card.bottom())
        )
        if (circle, nearest) != (self._circle, self._line_end):
            self._circle, self._line_end = circle, nearest
            grown = QRect(nearest, nearest).adjusted(-4, -4, 4, 4)
            self.setGeometry(circle.united(grown))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.pos())
        inset = RING_LINE_PX + 1
        rect = QRectF(self._circle).adjusted(inset, inset, -inset, -inset)
        way = QLineF(rect.center(), QPointF(self._line_end))
        if way.length() > rect.width() / 2:
            way.setP1(way.pointAt(rect.width() / 2 / way.length()))
        for rgb, width in ((self._theme.window, RING_LINE_PX + 3), (self._theme.accent, RING_LINE_PX)):
            painter.setPen(QPen(color(rgb), width))
            painter.drawEllipse(rect)
            painter.drawLine(way)
        painter.end()


class HintCard(QFrame):
    """One step in words, with *Next* and *Skip*; it never takes the keyboard by itself."""

    next_requested = Signal()
    skip_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setAccessibleName("First steps")
        self._count = QLabel()
        self._title = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.next_button = QPushButton("Next")
        self.next_button.setToolTip("The next step; doing this one leads there too.")
        self.skip_button = QPushButton("Skip")
        self.skip_button.setToolTip("No more of this (Escape). Help → Show the first steps brings it back.")
        self.next_button.clicked.connect(self.next_requested)
        self.skip_button.clicked.connect(self.skip_requested)
        heading = QHBoxLayout()
        heading.addWidget(self._title, 1)
        heading.addWidget(self._count)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.next_button)
        buttons.addWidget(self.skip_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addLayout(heading)
        layout.addWidget(self._text)
        layout.addLayout(buttons)
        self.set_theme(theme)
        self.hide()

    @property
    def title(self) -> str:
        return self._title.text()

    def set_theme(self, theme: Theme) -> None:
        dress_card(self, theme)
        font = self._title.font()
        font.setPointSizeF(theme.point_size(1.1))
        font.setBold(True)
        self._title.setFont(font)
        width_px = CARD_CHARACTERS * self._text.fontMetrics().averageCharWidth()
        self._text.setFixedWidth(width_px)

    def say(self, title: str, text: str, number: int, count: int) -> None:
        """Show a step; numbers count from 1."""
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(f"{number} of {count}")
        self.next_button.setText("Done" if number == count else "Next")
        self._text.setFixedHeight(self._text.heightForWidth(self._text.width()))
        self.adjustSize()

    def stand_beside(self, ring: QRect, inside: QRect, column: QRect) -> None:
        """Lie over ``column`` at the height of the ring, where nothing of the pictures is hidden.

        Without a column, or with the ring in it, take the first free place: on the right of the ring, left,
        below, above it.
        """
        middle = QPoint(column.center().x() - self.width() // 2, ring.center().y() - self.height() // 2)
        heights = inside if column.isEmpty() else column
        room = QRect(inside.left(), heights.top(), inside.width(), heights.height())
        place = _push_inside(QRect(middle, self.size()), room)
        if column.isEmpty() or place.intersects(ring):
            self.move(place_beside(ring, self.rect(), inside if column.isEmpty() else column))
        else:
            self.move(place.topLeft())


def place_beside(ring: QRect, card: QRect, inside: QRect) -> QPoint:
    """Top left corner of a card that leaves the ring free and stays inside, if it can do both."""
    middle = QPointF(ring.center())
    low = round(middle.y() - card.height() / 2)
    left = round(middle.x() - card.width() / 2)
    corners = (
        QPoint(ring.right() + GAP_PX, low),
        QPoint(ring.left() - GAP_PX - card.width(), low),
        QPoint(left, ring.bottom() + GAP_PX),
        QPoint(left, ring.top() - GAP_PX - card.height()),
    )
    pushed = [_push_inside(QRect(corner, card.size()), inside) for corner in corners]
    free = [place for place in pushed if not place.intersects(ring)]
    return (free or pushed)[0].topLeft()


def _push_inside(place: QRect, inside: QRect) -> QRect:
    x = min(max(place.x(), inside.left()), max(inside.left(), inside.right() - place.width()))
    y = min(max(place.y(), inside.top()), max(inside.top(), inside.bottom() - place.height()))
    return QRect(QPoint(x, y), place.size())
