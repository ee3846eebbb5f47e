"""The components of a latent space under the keyboard: taken, moved and chosen as by the mouse."""

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolTip

from dgm_explorer.ui.plots.latent_gestures import ComponentDrag

if TYPE_CHECKING:
    from dgm_explorer.ui.plots.latent_view import LatentView

_PAUSE_MS: Final = 300
_ARROWS: Final = {
    Qt.Key.Key_Left: QPointF(-1.0, 0.0),
    Qt.Key.Key_Right: QPointF(1.0, 0.0),
    Qt.Key.Key_Up: QPointF(0.0, -1.0),
    Qt.Key.Key_Down: QPointF(0.0, 1.0),
}
_NOT_NOW: Final = "A mean can be moved while a run trains here"


class ComponentKeys(QObject):
    """C and Shift+C take a component in hand, arrow keys move its mean, Return is a click on it.

    Arrow keys within 300 ms of each other are one drag: the same gesture, the same signals of the view. An
    arrow moves by a pixel, with Ctrl by ten. Escape puts the mean back, then lets the component go.

    Attributes
    ----------
    chosen : the component at which C starts; -1 for none.
    """

    def __init__(self, view: "LatentView") -> None:
        super().__init__(view)
        self._view = view
        self.chosen = -1
        self._held = -1
        self._drag: ComponentDrag | None = None
        self._at = QPointF()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.finish)

    @property
    def is_moving(self) -> bool:
        """Whether a mean is on its way, not yet let go."""
        return self._drag is not None

    def key(self, event: QKeyEvent) -> bool:
        """A key goes down; True if it was used."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key == Qt.Key.Key_C and not modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            return self._take(-1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1)
        if self._held < 0:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
            self._view.component_clicked.emit(self._held)
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key in _ARROWS:
            self._move(_ARROWS[key] * (10.0 if modifiers & Qt.KeyboardModifier.ControlModifier else 1.0))
        else:
            return False
        return True

    def finish(self) -> None:
        """Let the mean go where it is."""
        self._pause.stop()
        drag, self._drag = self._drag, None
        if drag is not None:
            drag.finish(self._at)

    def let_go(self) -> None:
        """No component is in hand any more."""
        self.finish()
        self._hold(-1)

    def see_that_it_exists(self) -> None:
        """Let go of a component that a new picture no longer has."""
        if self._held >= 0 and self._view.ellipses.component(self._held) is None:
            self._pause.stop()
            self._drag = None
            self._hold(-1)

    def _hold(self, index: int) -> None:
        self._held = index
        self._view.ellipses.set_held(index)

    def _take(self, step: int) -> bool:
        """The next component or the one before; first the one that is chosen."""
        self.finish()
        shapes = self._view.latent_scene.components
        indices = [shape.index for shape in shapes if np.isfinite(shape.mean).all()]
        if not indices:
            return False
        if self._held in indices:
            self._hold(indices[(indices.index(self._held) + step) % len(indices)])
        else:
            self._hold(self.chosen if self.chosen in indices else indices[0 if step > 0 else -1])
        return True

    def _move(self, by_px: QPointF) -> None:
        mean_px = self._view.ellipses.mean_px(self._held)
        if mean_px is None:
            return
        if not self._view.are_components_movable:
            at = self._view.view_box.mapToScene(mean_px)
            place = self._view.mapToGlobal(QPoint(self._view.mapFromScene(at)))
            QToolTip.showText(place, _NOT_NOW, self._view)
            return
        if self._drag is None:
            self._at = mean_px
            self._drag = ComponentDrag(self._view, mean_px, self._held, is_movable=True, slack_px=0.0)
        self._at = self._at + by_px
        self._drag.move(self._at)
        self._pause.start()

    def _escape(self) -> None:
        self._pause.stop()
        drag, self._drag = self._drag, None
        if drag is None:
            self._hold(-1)
        else:
            drag.cancel()
