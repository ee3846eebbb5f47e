"""What the pictures of the usage are called, and the sentence above each."""

from typing import Final

from dgm_explorer.core.vq_vae_state import UsagePicture
from dgm_explorer.ui.tabs.vq_vae.usage.histogram import bar_color, dot_color
from dgm_explorer.ui.tabs.vq_vae.usage.tiles import MOST_TILES
from dgm_explorer.ui.tabs.vq_vae.usage.time import MOST_ROWS
from dgm_explorer.ui.theme import Theme

TITLES: Final[dict[UsagePicture, tuple[str, str]]] = {
    "histogram": ("Histogram", "How often each code is used, the most used first"),
    "time": ("Time", "Which codes were used when"),
    "positions": ("Positions", "Where in the images each code is used"),
    "pairs": ("Pairs", "Which codes lie beside which"),
}
"""Name and tool tip."""


def note_on(picture: UsagePicture, n_codes: int, theme: Theme) -> str:
    """What a picture shows and on what that depends, as rich text; ``n_codes`` is 0 before there is one."""
    match picture:
        case "histogram":
            return (
                f"<span style='color:{bar_color(theme)}'>■</span> analysed examples &nbsp;"
                f"<span style='color:{dot_color(theme)}'>●</span> last batch &nbsp;"
                "□ dead &nbsp;╌ 1/K<br>"
                "Perplexity, exp of the entropy of the shares, depends on the data, on K (its maximum) and "
                "on the batch size: n vectors cannot show more than n codes."
            )
        case "time":
            first = f"; the first {MOST_ROWS:,} of {n_codes:,} codes" if n_codes > MOST_ROWS else ""
            return (
                "Uses of each code in the batch of a step, as multiples of 1/K on a logarithmic scale; "
                f"darkest: none. Each column is the recorded step nearest to it{first}."
            )
        case "positions":
            first = f"; the first {MOST_TILES:,} of {n_codes:,}" if n_codes > MOST_TILES else ""
            return (
                "Left: the code under the mouse or chosen, over outlines of the mean image; without one, how "
                f"many codes share each place. Right: all codes, each on its own scale{first}."
            )
        case "pairs":
            return (
                "PMI: log of how often two codes lie side by side ÷ how often they would if independent; "
                "grey: never. In the order of the first principal component of the codebook."
            )
