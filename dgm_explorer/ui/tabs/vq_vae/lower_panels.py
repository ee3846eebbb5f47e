"""The panels beside the mosaic, one in front at a time; those behind only remember what they were given."""

from collections.abc import Generator, Sequence

from PySide6.QtWidgets import QWidget

from dgm_explorer.core.code_sampler import MakeCodeSampler
from dgm_explorer.core.vq_inference import MakeInference
from dgm_explorer.core.vq_vae_state import VqPanel
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.tabs.vq_vae.code_panel import CodePanel
from dgm_explorer.ui.tabs.vq_vae.curves.panel import CurvesPanel
from dgm_explorer.ui.tabs.vq_vae.embedding.panel import EmbeddingPanel
from dgm_explorer.ui.tabs.vq_vae.paint.panel import PaintPanel
from dgm_explorer.ui.tabs.vq_vae.reconstructions.panel import ReconstructionPanel
from dgm_explorer.ui.tabs.vq_vae.sample.panel import SamplePanel
from dgm_explorer.ui.tabs.vq_vae.usage.panel import UsagePanel
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.panel_tabs import PanelTabs

TITLES: dict[VqPanel, tuple[str, str]] = {
    "reconstructions": ("Images", "Inputs, code grids and reconstructions; where a code is used"),
    "usage": ("Usage", "How often each code is used, when, where in the images, and beside which others"),
    "embedding": ("Embedding", "Encoder outputs and codes in their space; the gradient in between"),
    "paint": ("Paint", "Lay codes on a grid and see what the decoder makes of them"),
    "sample": ("Sample", "New images: grids of codes drawn from four priors"),
    "curves": ("Curves", "Loss terms, perplexity, dead and revived codes over the steps"),
}


class LowerPanels(PanelTabs):
    """Holds the panels."""

    def __init__(
        self,
        reconstructions: ReconstructionPanel,
        usage: UsagePanel,
        embedding: EmbeddingPanel,
        paint: PaintPanel,
        sample: SamplePanel,
        curves: CurvesPanel,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        self.reconstructions = reconstructions
        self.usage = usage
        self.embedding = embedding
        self.paint = paint
        self.sample = sample
        self.curves = curves
        panels: dict[VqPanel, CodePanel] = {
            "reconstructions": self.reconstructions,
            "usage": self.usage,
            "embedding": self.embedding,
            "paint": self.paint,
            "sample": self.sample,
            "curves": self.curves,
        }
        super().__init__(panels, TITLES, parent)
        self.of_codes = tuple(panels.values())
        self.set_theme(theme)

    @classmethod
    def make_in_parts(
        cls, make_inference: MakeInference, make_code_sampler: MakeCodeSampler, theme: Theme
    ) -> Generator[None, None, "LowerPanels"]:
        """One panel after the other, with pauses between them."""
        reconstructions = ReconstructionPanel(make_inference)
        yield
        usage = UsagePanel()
        yield
        embedding = EmbeddingPanel()
        yield
        paint = PaintPanel(make_inference)
        yield
        sample = SamplePanel(make_inference, make_code_sampler)
        yield
        curves = CurvesPanel()
        yield
        return cls(reconstructions, usage, embedding, paint, sample, curves, theme)

    def set_theme(self, theme: Theme) -> None:
        for panel in self.of_codes:
            panel.set_theme(theme)

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported of the panel in front."""
        panel = self.currentWidget()
        return panel.plots() if isinstance(panel, CodePanel) else ()
