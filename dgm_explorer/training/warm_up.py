"""Loading beforehand what every run needs, so that Play does not wait for it."""

import tempfile
from pathlib import Path

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import MODEL, GmmVaeConfig
from dgm_explorer.core.training import RunRequest
from dgm_explorer.training.make_run import make_run

SMALL = GmmVaeConfig(hidden=(8,), pretrain_epochs=0, is_mixture_fitted=False, batch_size=32, n_components=2)


def warm_up() -> None:
    """Train a run of one step that nobody will see: whatever is imported on the way is then there."""
    from dgm_explorer.training import vq_vae_run

    assert vq_vae_run  # imported for what it imports
    with tempfile.TemporaryDirectory() as folder:
        request = RunRequest(MODEL, DataSource("digits", limit=64), SMALL, "cpu", parent=Path(folder))
        run = make_run(request, lambda _words, _share: True)
        next(iter(run.steps()))
        run.snapshot()
        run.close("stopped")
