"""Two codes swapped or merged everywhere, and what becomes of the images."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_painting import Painting, Remap
from dgm_explorer.ui.plots.image_grid import ImageGrid, ImageTable
from dgm_explorer.ui.tabs.vq_vae.paint.codes import nearest_other_code
from dgm_explorer.ui.tabs.vq_vae.paint.decoder import PART_NUMBERS, Network, PaintDecoder
from dgm_explorer.ui.tabs.vq_vae.paint.effect import EffectPlan, ErrorChange, error_change, plan_effect
from dgm_explorer.ui.tabs.vq_vae.paint.words import HOW_TO_CHOOSE
from dgm_explorer.ui.tabs.vq_vae.paint.work import Compared, CompareRequest
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import guard_wheel, label_for, set_formula, set_text, set_tip
from dgm_explorer.ui.widgets.snapshot_panel import as_images, example_words, scrolling

EVERY_MS: Final = 1000
"""While training goes on; a change by hand is followed at once."""
_HINT: Final = "Swap or merge the code chosen with another one, and see here which images change and how."
_DIVIDER_LEVEL: Final = 0.35


class ExchangePage(QWidget):
    """Buttons for the pair at hand, what has been exchanged so far, and images before and after it."""

    remap_requested = Signal(str, int, int)
    """Kind, a, b."""
    take_back_requested = Signal()
    other_changed = Signal(int)
    """The second code of the pair."""

    def __init__(self, decoder: PaintDecoder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._given: tuple[Network, Dataset] | None = None
        self._remaps: tuple[Remap, ...] = ()
        self._code = -1
        self._chosen_for = -1
        self._plan: EffectPlan | None = None
        self._drawn: tuple[Network, tuple[Remap, ...]] | None = None
        self._requests: list[CompareRequest] = []
        self._parts: list[Compared] = []
        self._change: ErrorChange | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(EVERY_MS)
        self._later.timeout.connect(self._ask)
        self.swap, self.merge = QPushButton(), QPushButton()
        self.other = QSpinBox()
        self.take_back = QPushButton("Take back")
        self.exchanged, self.counts, self.error = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.pictures = ImageGrid("Images before and after the exchange", min_tile_px=40)
        self._build()
        self._connect()
        self._show_buttons()

    def _build(self) -> None:
        self.other.setAccessibleName("Other code")
        self.other.setToolTip("The other code; also Ctrl+click or the right button in the palette")
        guard_wheel(self.other)
        head = QHBoxLayout()
        head.setSpacing(4)
        self._with = label_for("with", self.other)
        for widget in (self.swap, self.merge, self._with, self.other):
            head.addWidget(widget)
        head.addWidget(self.exchanged, 1)
        head.addWidget(self.take_back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.counts)
        layout.addWidget(self.error)
        layout.addWidget(scrolling(self.pictures), 1)

    def _connect(self) -> None:
        self.swap.clicked.connect(partial(self._request, "swap"))
        self.merge.clicked.connect(partial(self._request, "merge"))
        self.take_back.clicked.connect(self.take_back_requested)
        self.other.valueChanged.connect(self._take_other)
        self._decoder.part_ready.connect(self._take)
        set_formula(
            self.error,
            r"\frac{\frac{1}{nd} \sum (x - \hat{x})^2}{\mathrm{Var}\, x}",
            self._error_tip,
        )

    def set_theme(self, theme: Theme) -> None:
        self.pictures.set_theme(theme)

    # -- content ------------------------------------------------------------------------------------------

    def set_code(self, code: int) -> None:
        """The first code of the pair; -1 for none."""
        if code != self._code:
            self._code = code
            self._choose_other()
            self._show_buttons()

    def set_other(self, code: int) -> None:
        """The second code of the pair."""
        self.other.setValue(code)

    @property
    def other_code(self) -> int:
        """The second code of the pair; -1 for none."""
        return self.other.value() if self._has_pair else -1

    @property
    def _has_pair(self) -> bool:
        return self._given is not None and 0 <= self._code < self._given[0].snapshot.n_codes

    def show_painting(self, network: Network, dataset: Dataset, painting: Painting) -> None:
        """Show what has been exchanged, at this instant."""
        self._given = (network, dataset)
        self._remaps = painting.remaps
        if self.other.maximum() != network.snapshot.n_codes - 1:
            self.other.blockSignals(True)
            self.other.setRange(0, network.snapshot.n_codes - 1)
            self.other.blockSignals(False)
            self._chosen_for = -1
        self._choose_other()
        self._show_buttons()
        if not self.isVisible():
            return
        if self._drawn is None or self._drawn[1] != self._remaps:
            self._plan = None
            self._ask()
        elif self._drawn[0] is not network and not self._later.isActive():
            self._later.start()

    def finish(self) -> None:
        """Nothing comes any more."""
        self._later.stop()

    def clear(self, words: str) -> None:
        """Nothing to show."""
        self._given = self._plan = self._drawn = None
        self._requests, self._parts = [], []
        self.finish()
        self._say_nothing()
        self.pictures.clear(words)
        self._show_buttons()

    def _choose_other(self) -> None:
        """To another first code belongs the one that lies nearest to it, until the user says otherwise."""
        if self._has_pair and self._chosen_for != self._code and self._given is not None:
            self._chosen_for = self._code
            nearest = nearest_other_code(self._given[0].snapshot, self._code)
            self.other.blockSignals(True)
            self.other.setValue(nearest)
            self.other.blockSignals(False)

    def _show_buttons(self) -> None:
        a, b = self._code, self.other.value()
        has_pair = self._has_pair and a != b
        refusal = HOW_TO_CHOOSE if not self._has_pair else "" if has_pair else "These are the same code"
        for button, sign, words in (
            (self.swap, "↔", "Everywhere, code {a} takes the place of {b} and {b} that of {a}"),
            (self.merge, "→", "Everywhere, code {b} takes the place of {a}"),
        ):
            button.setEnabled(has_pair)
            set_text(button, f"{a} {sign} {b}" if self._has_pair else f"a {sign} b")
            set_tip(button, refusal or words.format(a=a, b=b))
        self.other.setEnabled(self._has_pair)
        self.take_back.setEnabled(bool(self._remaps))
        set_tip(self.take_back, "Take all exchanges back; cells painted by hand stay as they look")
        words = remap_words(self._remaps)
        set_text(self.exchanged, f"so far {words}" if words else "")
        set_tip(self.exchanged, f"Exchanged, in this order: {words}" if words else "Nothing exchanged so far")

    # -- what changes -------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self._given is None or not self.isVisible():
            return
        network, dataset = self._given
        self._drawn = (network, self._remaps)
        self._change = None
        self._requests, self._parts = [], []
        if not self._remaps or not len(network.snapshot.codes) or network.snapshot.probe[-1] >= len(dataset):
            self._plan = None
            self._say_nothing()
            self.pictures.clear(_HINT)
            return
        shown = self._plan.shown if self._plan is not None else None
        plan = self._plan = plan_effect(network.snapshot, self._remaps, shown)
        places = plan.decoded
        at_a_time = max(1, PART_NUMBERS // dataset.dimension)
        for start in range(0, len(places), at_a_time):
            part = places[start : start + at_a_time]
            self._requests.append(CompareRequest(network.snapshot.codes[part], plan.after[part]))
        self._decoder.ask_parts(network, CompareRequest, self._requests)

    def _take(self, request: object, answer: Compared) -> None:
        """One more part; shown when all of one instant are there."""
        if len(self._parts) >= len(self._requests) or request is not self._requests[len(self._parts)]:
            return
        self._parts.append(answer)
        if len(self._parts) == len(self._requests) and self._given is not None and self._plan is not None:
            before = np.concatenate([part.before for part in self._parts])
            after = np.concatenate([part.after for part in self._parts])
            self._show_effect(self._plan, self._given[1], before, after)

    def _show_effect(
        self, plan: EffectPlan, dataset: Dataset, before: Float32Array, after: Float32Array
    ) -> None:
        n, rows = len(plan.shown), plan.snapshot.probe[plan.decoded]
        inputs = dataset.inputs[rows]
        self._change = error_change(inputs[n:], before[n:], after[n:], plan.snapshot)
        set_text(self.counts, f"{count_words(plan)} · input|before|after")
        set_text(self.error, error_words(self._change))
        if not n or dataset.image_shape is None:
            self.pictures.clear("What is exchanged changes none of the analysed images.")
            return
        three = [as_images(flat[:n], dataset.image_shape) for flat in (inputs, before, after)]
        tip = partial(_picture_tip, dataset, rows[:n])
        self.pictures.set_table(ImageTable(side_by_side(three), tip=tip))

    def _error_tip(self) -> str:
        if self._change is None or self._plan is None:
            return "How the error of the analysed images changes by what has been exchanged"
        n, step = len(self._plan.after), self._plan.snapshot.step
        return (
            f"{error_words(self._change)}, decoded before and after,\n"
            f"over {self._change.n_images:,} of the {n:,} images analysed at step {step:,}"
        )

    def _say_nothing(self) -> None:
        set_text(self.counts, "")
        set_text(self.error, "")

    # -- the hand -----------------------------------------------------------------------------------------

    def _request(self, kind: str) -> None:
        self.remap_requested.emit(kind, self._code, self.other.value())

    def _take_other(self, code: int) -> None:
        self._show_buttons()
        self.other_changed.emit(code)


def remap_words(remaps: tuple[Remap, ...]) -> str:
    """Such as “3 ↔ 17, 5 → 9”."""
    return ", ".join(f"{remap.a} {'↔' if remap.kind == 'swap' else '→'} {remap.b}" for remap in remaps)


def count_words(plan: EffectPlan) -> str:
    """Such as “1,204 of 98,000 cells in 830 of 2,000 images”."""
    n_cells, n_images = plan.after.size, len(plan.after)
    return f"{plan.n_cells:,} of {n_cells:,} cells in {plan.n_images:,} of {n_images:,} images"


def error_words(change: ErrorChange) -> str:
    """Such as “MSE/variance 0.071 → 0.083 (+0.012)”."""
    return f"MSE/variance {change.before:.4f} → {change.after:.4f} ({change.after - change.before:+.4f})"


def side_by_side(images: Sequence[Float32Array]) -> Float32Array:
    """Several (m, h, w, c) as one, a grey line between them."""
    divider = np.full_like(images[0][:, :, :1], _DIVIDER_LEVEL)
    parts = [part for image in images for part in (image, divider)]
    return np.concatenate(parts[:-1], axis=2)


def _picture_tip(dataset: Dataset, rows: IntArray, tile: int) -> str:
    return f"{example_words(dataset, int(rows[tile]))}\ninput, decode before, decode after the exchange"
