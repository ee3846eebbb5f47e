"""All claims of the course notes, in their order."""

from dgm_explorer.core.errors import InputError
from dgm_explorer.theory import claims_gmm_vae, claims_kl, claims_reparam, claims_vq_vae
from dgm_explorer.theory.claim import Claim

CLAIMS: tuple[Claim, ...] = (
    *claims_kl.CLAIMS,
    *claims_reparam.CLAIMS,
    *claims_gmm_vae.CLAIMS,
    *claims_vq_vae.CLAIMS,
)


def claims_of(tab: str) -> tuple[Claim, ...]:
    """Those that a tab of the window makes visible; ``tab`` is its key."""
    return tuple(claim for claim in CLAIMS if claim.tab == tab)


def find_claim(key: str) -> Claim:
    """The claim of that key.

    Raises
    ------
    InputError
        If there is none; it lists the keys.
    """
    for claim in CLAIMS:
        if claim.key == key:
            return claim
    keys = ", ".join(claim.key for claim in CLAIMS)
    raise InputError(f"there is no claim {key[:40]!r}; use one of {keys}.")
