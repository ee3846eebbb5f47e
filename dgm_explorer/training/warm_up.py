"""Loading beforehand what every run needs, so that Play does not wait for it."""

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_config import MODEL, GmmVaeConfig

SMALL = GmmVaeConfig(hidden=(8,), pretrain_epochs=0, is_mixture_fitted=False, batch_size=32, n_components=2)


def warm_up() -> None:
    """Train a small model for one step: whatever is imported on the way is then there. Writes nothing."""
    import msgspec
    import safetensors.numpy

    from dgm_explorer.data.catalogue import load_dataset
    from dgm_explorer.training import make_run, run, vq_vae_run
    from dgm_explorer.training.devices import Place
    from dgm_explorer.training.models import model_of
    from dgm_explorer.training.shard import Shard

    assert all((msgspec, safetensors.numpy, make_run, run, vq_vae_run))  # imported for what they import
    dataset = load_dataset(DataSource("digits", limit=64))
    model = model_of(MODEL).make(SMALL, dataset, Place(), Shard(), 64)
    next(iter(model.steps()))
    model.snapshot()
