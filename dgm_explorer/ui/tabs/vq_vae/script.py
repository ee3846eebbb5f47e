"""What the tab shows of a run as a script."""

from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot
from dgm_explorer.scripts.shown import Shown
from dgm_explorer.scripts.vq_vae_script import (
    BATCH_PERPLEXITY,
    DEAD,
    PERPLEXITY,
    write_vq_vae_script,
)
from dgm_explorer.ui.run.recorded import Recorded


def make_script(recorded: Recorded) -> str:
    """Use, perplexity and quantisation at that instant."""
    snapshot: VqVaeSnapshot = recorded.snapshot
    shown = (
        Shown(PERPLEXITY, f"{snapshot.epoch_perplexity:.1f}"),
        Shown(BATCH_PERPLEXITY, f"{snapshot.batch_perplexity:.1f}"),
        Shown(DEAD, f"{int(snapshot.is_dead.sum())}"),
    )
    return write_vq_vae_script(snapshot, recorded.path, DEAD_AGE, shown)
