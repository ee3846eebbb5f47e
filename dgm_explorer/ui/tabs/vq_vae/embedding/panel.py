"""The space of the codes: what the encoder gives, where the codes lie, what passes between them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from dgm_explorer.core.arrays import BoolArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.ui.export import ExportablePlot, PlotTable
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.tabs.vq_vae.code_colors import code_colors
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.embedding.arrows import StraightThrough, make_arrows
from dgm_explorer.ui.tabs.vq_vae.embedding.plot import EmbeddingPlot
from dgm_explorer.ui.tabs.vq_vae.embedding.scene import EmbeddingScene, Target, load_geometry, make_scene
from dgm_explorer.ui.tabs.vq_vae.embedding.trails import TrailMemory
from dgm_explorer.ui.tabs.vq_vae.embedding.words import arrow_words, target_words
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.elided_label import ElidedLabel
from dgm_explorer.ui.widgets.form import set_formula, set_text, set_tip

STRAIGHT_TEX = r"\nabla_{z_e} L \coloneqq \nabla_{z_q} L"
HINT = "Point at a dot or a code"
ROTATED_TEX = r"\nabla_{z_e} L \coloneqq \lambda R^{\top} \nabla_{z_q} L, \quad \lambda R z_e = z_q"


class EmbeddingPanel(CodePanel):
    """Encoder outputs and codes in their own plane, or in that of the two principal components."""

    arrows_chosen = Signal(bool)
    """The user wants the straight-through arrows, or no more."""

    export_name = "vq-vae-embedding"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = VqVaeConfig()
        self._memory = TrailMemory()
        self._scene: EmbeddingScene | None = None
        self._snapshot: VqVaeSnapshot | None = None
        self._arrows: StraightThrough | None = None
        self._target = Target()
        self._code_before_click = -1
        self.plot = EmbeddingPlot()
        self.arrows = QCheckBox("straight-through arrows")
        self.note = ElidedLabel()
        self.read_out = ElidedLabel()
        self._loader = NewestWorker(load_geometry, self)
        self._loader.ask(None)
        self._build()
        self._connect()

    def _build(self) -> None:
        set_formula(self.arrows, STRAIGHT_TEX, self._arrow_tip)
        self.arrows.setAccessibleName("Straight-through arrows")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tools = QHBoxLayout()
        tools.setContentsMargins(4, 2, 4, 0)
        tools.setSpacing(8)
        tools.addWidget(self.arrows)
        tools.addWidget(self.note, 1)
        self.read_out.setContentsMargins(4, 0, 4, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(tools)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.read_out)

    def _connect(self) -> None:
        self.arrows.toggled.connect(self._show_arrows)
        self.arrows.clicked.connect(self.arrows_chosen)
        self.plot.pointed.connect(self._point)
        self.plot.clicked.connect(self._click)
        self.plot.dismissed.connect(self._dismiss)
        self.plot.taken_back.connect(self._take_back)

    # -- what is shown ------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)
        self.show_again()

    def set_config(self, config: VqVaeConfig) -> None:
        if config == self._config:
            return
        self._config = config
        is_rotated = config.estimator == "rotation" and config.quantizer == "vq"
        set_formula(self.arrows, ROTATED_TEX if is_rotated else STRAIGHT_TEX, self._arrow_tip)
        self._show_arrows()

    def set_arrows_shown(self, is_shown: bool) -> None:
        """Whether the straight-through arrows are drawn; emits nothing that a user's choice would."""
        self.arrows.setChecked(is_shown)

    def show_snapshot(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        """Show this; hidden, it only remembers where the codes are."""
        self._memory.add(snapshot)
        super().show_snapshot(snapshot, dataset)

    def _show(self, snapshot: VqVaeSnapshot, dataset: Dataset) -> None:
        del dataset
        self._snapshot = snapshot
        colors = code_colors(self.theme, snapshot.n_codes)
        is_lattice = self._config.quantizer == "fsq"
        self._scene = scene = make_scene(snapshot, colors, self._scene, is_lattice)
        self.plot.set_embedding(scene, self._memory.trails(scene.plane))
        images = max(1, snapshot.codes[0].size) if len(snapshot.codes) else 1
        set_text(self.note, f"{len(scene.dots):,} dots of {len(scene.dots) // images:,} images")
        set_tip(self.note, "Every cell of some images of the probe, always the same ones: one dot each")
        self._show_arrows()
        self._mark()

    def _clear(self, words: str) -> None:
        self._memory.forget()
        self._snapshot = self._scene = self._arrows = None
        self._target = Target()
        self.plot.clear_embedding(words)
        set_text(self.note, "")
        set_text(self.read_out, "")

    @Slot()
    def _show_arrows(self) -> None:
        if not self.arrows.isChecked() or self._snapshot is None or self._scene is None:
            self.plot.set_arrows(None)
            return
        before = None if self._arrows is None else self._arrows.factor
        scene = self._scene
        self._arrows = make_arrows(self._snapshot, self._config, scene.plane, scene.spread, self.code, before)
        self.plot.set_arrows(self._arrows)

    def set_code(self, code: int) -> None:
        is_other = code != self.code
        super().set_code(code)
        if is_other and self.arrows.isChecked():
            self._show_arrows()

    def _mark(self) -> None:
        """Grey all dots but those of the codes lit up."""
        if self._scene is None or self._snapshot is None:
            return
        codes = tuple(dict.fromkeys(code for code in (self.code, self.hovered_code) if code >= 0))
        is_lit: BoolArray | None = None
        if codes:
            is_lit = self._scene.dot_codes == codes[0]
            for code in codes[1:]:
                is_lit |= self._scene.dot_codes == code
        self.plot.set_lit(codes, is_lit)
        self._show_read_out()

    def _show_read_out(self) -> None:
        assert self._snapshot is not None
        shown = self.hovered_code if self.hovered_code >= 0 else self.code
        target = self._target if self._target.code >= 0 else Target(shown)
        set_text(self.read_out, target_words(self._snapshot, target) or HINT)

    def _arrow_tip(self) -> str:
        return arrow_words(self._config, self._snapshot, self._arrows, self.code)

    def finish(self) -> None:
        self._loader.close()

    # -- export -------------------------------------------------------------------------------------------

    def plots(self) -> Sequence[ExportablePlot]:
        return (self.plot,)

    def export_table(self) -> PlotTable:
        return self.plot.export_table()

    # -- what the hand has done ---------------------------------------------------------------------------

    @Slot(object)
    def _point(self, target: Target) -> None:
        is_other = target.code != self._target.code
        self._target = target
        if self._snapshot is not None:
            self._show_read_out()
        if is_other:
            self.code_hovered.emit(target.code)

    @Slot(object)
    def _click(self, target: Target) -> None:
        self._code_before_click = self.code
        chosen = -1 if target.code == self.code else target.code
        if chosen != self.code:
            self.code_chosen.emit(chosen)

    @Slot()
    def _dismiss(self) -> None:
        if self.code >= 0:
            self.code_chosen.emit(-1)

    @Slot()
    def _take_back(self) -> None:
        if self._code_before_click != self.code:
            self.code_chosen.emit(self._code_before_click)
