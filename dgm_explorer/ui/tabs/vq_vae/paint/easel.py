"""The painting at hand, decoded by the newest network: what the canvas and the pages show."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from dgm_explorer.core.arrays import IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_vae_painting import Painting
from dgm_explorer.ui.tabs.vq_vae.paint.codes import known_base, paint_grid
from dgm_explorer.ui.tabs.vq_vae.paint.decoder import Network, PaintDecoder
from dgm_explorer.ui.tabs.vq_vae.paint.work import Base, Picture, PictureRequest


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A painting decoded, and by which network."""

    network: Network
    request: PictureRequest
    picture: Picture

    @property
    def painting(self) -> Painting:
        return self.request.painting


class Easel(QObject):
    """Asks for a decode whenever painting or network change; codes of the base are found once for each.

    Attributes
    ----------
    painting : the one at hand.
    network, dataset : what decodes it, and where its base comes from; None before the first snapshot.
    shown : the last painting decoded that was no trial; None before the first.
    """

    decoded = Signal(object)
    """`Shown`, of a painting or of a trial."""

    def __init__(self, decoder: PaintDecoder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._base: tuple[tuple[Network, str, int], Base] | None = None
        self._trial: Painting | None = None
        self.painting = Painting()
        self.network: Network | None = None
        self.dataset: Dataset | None = None
        self.shown: Shown | None = None
        decoder.picture_ready.connect(self._take)

    @property
    def n_codes(self) -> int:
        """K; 0 before the first snapshot."""
        return self.network.snapshot.n_codes if self.network is not None else 0

    @property
    def row(self) -> int:
        """Row of the data set of the base, or the nearest one that there is."""
        n = len(self.dataset) if self.dataset is not None else 1
        return min(self.painting.base_index, max(0, n - 1))

    def set_network(self, network: Network, dataset: Dataset) -> None:
        """What is tried goes on being tried."""
        self.network, self.dataset = network, dataset
        self._ask()

    def set_painting(self, painting: Painting) -> IntArray | None:
        """Have a painting decoded.

        Returns
        -------
        Its codes (h, w), to be shown before their decode, where decoding falls behind the hand; else None:
        to paint everything twice for each move takes longer than it brings.
        """
        self.painting = painting
        base = self._known_base() if self._decoder.is_busy else None
        self._trial = None
        self._ask()
        return None if base is None else paint_grid(base.codes, painting, self.n_codes).codes

    def try_out(self, painting: Painting) -> None:
        """Have a painting decoded that is not the one at hand; `end_trial` shows that one again."""
        self._trial = painting
        self._ask()

    def end_trial(self) -> None:
        if self._trial is not None:
            self._trial = None
            self._ask()

    def clear(self) -> None:
        """Forget the network, not the painting."""
        self._decoder.forget()
        self.network = self.dataset = self.shown = self._base = self._trial = None

    def _ask(self) -> None:
        painting = self.painting if self._trial is None else self._trial
        if self.network is None or self.dataset is None:
            return
        image = self.dataset.example(self.row) if painting.base == "example" else None
        codes = known_base(painting, self.network.snapshot, self.row)
        request = PictureRequest(
            painting, self.n_codes, codes, image, self._known_base(), self._trial is not None
        )
        self._decoder.ask_picture(self.network, request)

    def _known_base(self) -> Base | None:
        """The decoded base of `painting`, if it has been found by the present network."""
        wanted = (self.network, self.painting.base, self.painting.base_index)
        return self._base[1] if self._base is not None and self._base[0] == wanted else None

    @Slot(object, object, object)
    def _take(self, network: Network, request: PictureRequest, picture: Picture) -> None:
        if self.network is None or not network.is_like(self.network):
            return  # of another run
        self._base = ((network, request.painting.base, request.painting.base_index), picture.base)
        shown = Shown(network, request, picture)
        if not request.is_trial:
            self.shown = shown
        self.decoded.emit(shown)
