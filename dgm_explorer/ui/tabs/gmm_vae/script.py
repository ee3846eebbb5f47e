"""What the tab shows of a run as a script."""

from pathlib import Path

import numpy as np

from dgm_explorer.core.dataset import DOWNLOADED, Dataset, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import TERMS
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.data.assemble import chosen_indices
from dgm_explorer.data.digits import N_DIGITS
from dgm_explorer.data.download import locate
from dgm_explorer.data.known_sets import KNOWN_SETS, N_KNOWN
from dgm_explorer.data.progress import go_on
from dgm_explorer.scripts.gmm_vae_script import MOST_EXAMPLES, ScriptExamples, write_gmm_vae_script
from dgm_explorer.scripts.shown import Shown
from dgm_explorer.ui.run.recorded import Recorded
from dgm_explorer.ui.tabs.gmm_vae.terms import ELBO, nats_text


def make_script(recorded: Recorded, source: DataSource, dataset: Dataset | None) -> str:
    """The five terms at that instant, over the held-out examples where there are some.

    Raises
    ------
    InputError
        If the examples are not loaded.
    """
    if dataset is None:
        raise InputError("The examples are still being loaded: try again in a moment.")
    snapshot: GmmVaeSnapshot = recorded.snapshot
    examples = _examples(snapshot, source, dataset)
    terms = snapshot.held_out_terms if examples.is_held_out else snapshot.train_terms
    values = dict(zip(TERMS, terms.astype(np.float64).tolist(), strict=True))
    values[ELBO] = sum(values.values())
    shown = [Shown(name, f"{nats_text(value)} nats") for name, value in values.items() if value == value]
    return write_gmm_vae_script(snapshot, recorded.path, source, examples, shown)


def _examples(snapshot: GmmVaeSnapshot, source: DataSource, dataset: Dataset) -> ScriptExamples:
    is_held_out = dataset.is_held_out[snapshot.probe]
    has_held_out = int(is_held_out.sum()) > 1
    rows = snapshot.probe[is_held_out == has_held_out]
    n_taken = min(MOST_EXAMPLES, len(rows))
    rows = rows[np.linspace(0, len(rows) - 1, n_taken).round().astype(np.int64)]
    files: tuple[Path, ...] = ()
    if source.name in DOWNLOADED:
        files = tuple(part.images for part in locate(KNOWN_SETS[source.name], go_on))
    n_all = N_KNOWN if files else N_DIGITS if source.name == "digits" else len(dataset)
    limit = source.limit if n_all > len(dataset) else 0
    return ScriptExamples(rows, dataset.inputs[rows], has_held_out, chosen_indices(n_all, limit)[rows], files)
