"""The estimates of ∇μ by one estimator, in a plane or on a line that may share its scale with another."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.ui.export import PlotTable
from dgm_explorer.ui.plots.axis import NumberAxis
from dgm_explorer.ui.plots.captions import CornerText, Cover
from dgm_explorer.ui.plots.cloud_plot import PICK_RADIUS_PX, CloudPlot
from dgm_explorer.ui.plots.dot_search import nearest_dot
from dgm_explorer.ui.plots.plot import Range
from dgm_explorer.ui.tabs.reparam.gradients_cloud import CEILING, FLOOR, CloudOverlay, CloudPicture
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.number_words import number_text


class GradientPlot(CloudPlot):
    """Arrows from 0 to each estimate; hover one to light up its twin in the other plot.

    Parameters
    ----------
    key : ends the name of exported files.
    """

    estimate_hovered = Signal(int)
    """The estimate under the mouse; -1 for none."""

    scale_moved = Signal()
    """The user panned, zoomed or went home: see `scale`."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(NumberAxis("bottom", ""), NumberAxis("left", ""), parent)
        self.export_name = f"gradients-{key}"
        self.setAccessibleName(f"Gradient estimates, {key}")
        self._picture: CloudPicture | None = None
        self._places = np.zeros((0, 2), np.float32)
        self._hovered = self._lit = -1
        self._scale_text = ""
        self._overlay = CloudOverlay(self.view_box)
        self._corner = CornerText(self.view_box, "bottom-left")
        self._cover = Cover(self.view_box)
        self._axes[0].setTickDensity(0.5)
        self._axes[1].setTickDensity(0.5)
        self.setMinimumSize(120, 80)
        self.view_changed.connect(lambda *_: self.scale_moved.emit())

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._overlay.set_theme(theme)
        self._corner.set_theme(theme)
        self._cover.set_theme(theme)

    @property
    def picture(self) -> CloudPicture | None:
        """What is shown; None while covered."""
        return self._picture

    @property
    def reason(self) -> str:
        """Why there is nothing to see; empty where there is."""
        return self._cover.reason

    @property
    def corner_text(self) -> str:
        """What is said of the estimate under the mouse, or else of the scale."""
        return self._corner.text

    def show_picture(self, picture: CloudPicture | None, scale_tips: FloatArray, reason: str) -> None:
        """Show estimates.

        Parameters
        ----------
        picture : of them; None where there are none.
        scale_tips : (n, d) estimates that the view has room for, these or those of the other plot as well.
        reason : covers the plot and says why there are none.
        """
        self._picture = picture
        self._cover.set_reason(reason)
        self._overlay.set_picture(picture)
        if picture is None:
            self._places = np.zeros((0, 2), np.float32)
            return
        self._places = picture.places.astype(np.float32)
        self.plotItem.showAxis("left", picture.is_plane)
        if picture.is_plane:
            tips, marks = scale_tips, np.stack([np.zeros(2), picture.exact])
        else:
            tips = np.column_stack([scale_tips[:, 0], np.linspace(FLOOR, CEILING, len(scale_tips))])
            marks = np.array([[0.0, FLOOR], [picture.exact[0], CEILING]])
        # as many marks as it takes to be no stray dots, which are left out of the view
        many = np.repeat(marks, 2 + len(tips) // 40, axis=0)
        dots = np.concatenate([tips, many]).astype(np.float32)
        self._follow(dots, marks, has_equal_aspect=picture.is_plane)

    def set_lit(self, index: int) -> None:
        """Let one estimate stand out and say what it is; -1 for none; emits nothing."""
        self._lit = index
        self._overlay.set_lit(index)
        self._show_corner()

    def set_scale_text(self, text: str) -> None:
        """What there is to say about the scale."""
        self._scale_text = text
        self._show_corner()

    def _show_corner(self) -> None:
        text, picture = self._scale_text, self._picture
        if picture is not None and 0 <= self._lit < len(picture.tips):
            values = ", ".join(number_text(value) for value in picture.tips[self._lit].tolist())
            text = f"estimate {self._lit}: {values if len(picture.exact) == 1 else f'({values})'}"
        self._corner.set_text(text)

    # -- scale --------------------------------------------------------------------------------------------

    @property
    def scale(self) -> tuple[Range, Range, bool]:
        """The visible part, and whether it follows the estimates."""
        return *self.view_range, self.is_fitting

    def take_scale(self, x: Range, y: Range, is_fitting: bool) -> None:
        """Show what another plot shows; emits nothing."""
        self.set_view_range(x, y)
        self._is_fitting = is_fitting

    def refit(self) -> None:
        """Follow the estimates again."""
        self._fit(is_forced=True)
        self._is_fitting = True

    def go_home(self) -> None:
        super().go_home()
        self.scale_moved.emit()  # once more: it follows now

    # -- mouse --------------------------------------------------------------------------------------------

    def move(self, at: QPointF, event: QMouseEvent) -> None:
        del event
        (x_lo, x_hi), (y_lo, y_hi) = self.view_range
        rect = self.view_box.rect()
        scale = (rect.width() / (x_hi - x_lo), rect.height() / (y_hi - y_lo))
        index, distance_px = nearest_dot(self._places, self.pixel_to_view(at), scale)
        self._hover(index if distance_px <= PICK_RADIUS_PX else -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.estimate_hovered.emit(index)

    def export_table(self) -> PlotTable:
        """One row per estimate."""
        picture = self._picture
        if picture is None:
            return PlotTable(("d_mu_1",), (np.zeros(0),))
        d = len(picture.exact)
        return PlotTable(tuple(f"d_mu_{i + 1}" for i in range(d)), tuple(picture.tips.T))

    def sizeHint(self) -> QSize:
        return QSize(200, 180)
