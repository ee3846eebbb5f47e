"""Hovering, pinning and selecting in the latent view: which code and which examples are looked at."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from dgm_explorer.core.arrays import FloatArray, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.numerics.mlp import decode
from dgm_explorer.ui.plots.cloud_plot import PICK_RADIUS_PX
from dgm_explorer.ui.plots.latent_shapes import LatentScene
from dgm_explorer.ui.plots.latent_view import LatentView
from dgm_explorer.ui.tabs.gmm_vae.hover_card import CardContent, HoverCard, point_text
from dgm_explorer.ui.tabs.gmm_vae.latent_scene import LatentPicture, class_names_of
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.throttle import TurnThrottle

_MOST_GAMMAS = 3
_LEAST_GAMMA = 5e-4
_MOST_DOTS_AROUND = 1000
_NOTHING: IntArray = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class PinnedPoint:
    """What a click has pinned.

    Attributes
    ----------
    row : of the data set, for a dot; -1 for a code in between.
    code : (J,) where the pin was put; that of a dot moves with the model.
    """

    row: int
    code: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    snapshot: GmmVaeSnapshot
    dataset: Dataset | None
    picture: LatentPicture


class PointPicker(QObject):
    """Between a latent view and its card; shows each place with the model of the newest snapshot.

    The card is filled once a turn of the event loop, however many moves of the mouse arrive.
    """

    pinned = Signal(object)
    """A `PinnedPoint` has been pinned by a click."""
    unpinned = Signal()
    selection_changed = Signal(object)
    """Rows of the data set in the lasso, IntArray; empty for no selection."""

    def __init__(self, view: LatentView, parent: QObject | None = None) -> None:
        super().__init__(parent if parent is not None else view)
        self._view = view
        self.card = HoverCard(view)
        self._theme = LIGHT
        self._shown: _Shown | None = None
        self._mouse_px: QPointF | None = None
        self._pin: PinnedPoint | None = None
        self.selected_rows: IntArray = _NOTHING
        self._throttle = TurnThrottle(self)
        self._throttle.fired.connect(self._fill_card)
        view.hovered.connect(self._hover)
        view.left.connect(self._leave)
        view.component_drag_started.connect(self._leave)
        view.clicked.connect(self._click)
        view.dismissed.connect(self.unpin)
        view.lassoed.connect(self._select)
        view.view_box.sigResized.connect(self._fill_card)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.card.set_theme(theme)

    def show_picture(self, snapshot: GmmVaeSnapshot, dataset: Dataset | None, picture: LatentPicture) -> None:
        """Draw a new picture; pin and card keep to what they are about."""
        self._shown = _Shown(snapshot, dataset, picture)
        self._view.set_scene(picture.scene)
        if self._pin is not None and self._pin.code.shape != (snapshot.latent_dim,):
            self.unpin()
        self._place_pin()
        self._fill_card()

    def clear(self) -> None:
        """Forget picture, pin and selection, as when another data set or run begins; emits what changes.

        What is forgotten holds all examples of the data.
        """
        self._shown = None
        self._view.set_scene(LatentScene())
        self.unpin()
        if len(self.selected_rows):
            self.selected_rows = _NOTHING
            self.selection_changed.emit(_NOTHING)

    @property
    def pin(self) -> PinnedPoint | None:
        return self._pin

    def pin_row(self, row: int) -> None:
        """Pin an example of the data set, as from a picture of it elsewhere; nothing if it has no dot."""
        if self._shown is not None:
            dot = self._shown.picture.dot_of(row)
            if dot >= 0:
                self._pin_at(row, self._code_of_dot(self._shown, dot))

    def unpin(self) -> None:
        """Let the pin go."""
        if self._pin is not None:
            self._pin = None
            self._view.set_pin(None)
            self._fill_card()
            self.unpinned.emit()

    # -- the hand -----------------------------------------------------------------------------------------

    def _hover(self, x: float, y: float, dot: int) -> None:
        del dot
        self._mouse_px = self._view.view_to_viewport(x, y)
        if self._pin is None:
            self._throttle.poke()

    def _leave(self) -> None:
        self._mouse_px = None
        if self._pin is None:
            self._throttle.cancel()
            self.card.clear()

    def _click(self, dot: int, x: float, y: float) -> None:
        if self._shown is None:
            return
        if self._is_on_pin(x, y):
            self.unpin()
        elif dot >= 0:
            row = int(self._shown.picture.rows[dot])
            self._pin_at(row, self._code_of_dot(self._shown, dot))
        else:
            self._pin_at(-1, self._shown.picture.plane.to_latent(x, y))

    def _is_on_pin(self, x: float, y: float) -> bool:
        at = self._pin_place()
        if at is None:
            return False
        gap = self._view.view_to_viewport(*at) - self._view.view_to_viewport(x, y)
        return gap.manhattanLength() <= PICK_RADIUS_PX

    def _pin_at(self, row: int, code: FloatArray) -> None:
        self._pin = PinnedPoint(row, code)
        self._place_pin()
        self._fill_card()
        self.pinned.emit(self._pin)

    def _select(self, dots: IntArray) -> None:
        if self._shown is not None:
            self.selected_rows = np.sort(self._shown.picture.rows[dots])
            self.selection_changed.emit(self.selected_rows)

    # -- what is shown ------------------------------------------------------------------------------------

    def _code_of_dot(self, shown: _Shown, dot: int) -> FloatArray:
        place = int(shown.picture.places[dot])
        return np.asarray(shown.snapshot.latent_means[place], dtype=np.float64)

    def _pin_place(self) -> tuple[float, float] | None:
        """Where the pin lies in the present picture: on its dot, else on its code."""
        if self._pin is None or self._shown is None:
            return None
        picture = self._shown.picture
        dot = picture.dot_of(self._pin.row) if self._pin.row >= 0 else -1
        if dot >= 0:
            x, y = picture.scene.positions[dot].tolist()
        else:
            x, y = picture.plane.place_means(self._pin.code[None])[0].tolist()
        return x, y

    def _mouse_place(self) -> tuple[float, float] | None:
        """Where the mouse rests in the present picture, whose range may have moved beneath it."""
        return None if self._mouse_px is None else self._view.viewport_to_view(self._mouse_px)

    def _place_pin(self) -> None:
        self._view.set_pin(self._pin_place())

    def _fill_card(self) -> None:
        at = self._pin_place() or self._mouse_place()
        if at is None or self._shown is None:
            self.card.clear()
            return
        view = self._view
        room = view.view_box.sceneBoundingRect()
        corner = view.viewportTransform().map(room.topLeft())
        self.card.show_content(
            self._content(self._shown, at),
            QPointF(view.view_to_viewport(*at)),
            QRectF(corner, room.size()),
            self._dots_px(self._shown.picture, QRectF(corner, room.size())),
        )

    def _dots_px(self, picture: LatentPicture, room: QRectF) -> FloatArray:
        """Where some of the dots are painted, (n, 2): enough to know where there are few."""
        positions = picture.scene.positions
        some = positions[:: max(1, len(positions) // _MOST_DOTS_AROUND)].astype(np.float64)
        (x_lo, x_hi), (y_lo, y_hi) = self._view.view_range
        x = room.left() + room.width() * (some[:, 0] - x_lo) / (x_hi - x_lo)
        y = room.bottom() - room.height() * (some[:, 1] - y_lo) / (y_hi - y_lo)
        return np.column_stack([x, y])

    def _content(self, shown: _Shown, at: tuple[float, float]) -> CardContent:
        snapshot, dataset, picture = shown.snapshot, shown.dataset, shown.picture
        dot, _ = self._view.nearest(*at)
        code, remark = picture.plane.to_latent(*at), picture.plane.remark
        if self._pin is not None:
            code, remark = self._pin.code, ""
            own = picture.dot_of(self._pin.row) if self._pin.row >= 0 else -1
            if own >= 0:
                dot, code = own, self._code_of_dot(shown, own)
        decoded = decode(snapshot.decoder, code.astype(np.float32), snapshot.likelihood)
        place = int(picture.places[dot]) if dot >= 0 else -1
        return CardContent(
            code=f"z = {point_text(code.astype(np.float32))}",
            remark=remark,
            decoded=decoded if dataset is not None else None,
            nearest=dataset.example(int(picture.rows[dot])) if dataset is not None and dot >= 0 else None,
            image_shape=dataset.image_shape if dataset is not None else None,
            example=_example_text(dataset, int(picture.rows[dot])) if dot >= 0 else "",
            gamma=self._gammas(snapshot, place) if place >= 0 and snapshot.has_mixture else (),
            is_pinned=self._pin is not None,
        )

    def _gammas(self, snapshot: GmmVaeSnapshot, place: int) -> tuple[tuple[str, str, float], ...]:
        gamma = snapshot.responsibilities[place]
        order = [k for k in np.argsort(-gamma)[:_MOST_GAMMAS].tolist() if gamma[k] >= _LEAST_GAMMA]
        return tuple((self._theme.component(k), f"c{k + 1}", float(gamma[k])) for k in order)


def _example_text(dataset: Dataset | None, row: int) -> str:
    """No. 1234, label 7, held out."""
    words = [f"no. {row}"]
    if dataset is not None:
        if dataset.labels is not None:
            words.append(f"label {class_names_of(dataset)[int(dataset.labels[row])]}")
        if dataset.is_held_out[row]:
            words.append("held out")
    return " · ".join(words)
