"""Why a run could not go on, for the user."""

import logging

from dgm_explorer.core.errors import InputError
from dgm_explorer.core.training import RunFailed

logger = logging.getLogger("dgm_explorer")


def describe_failure(error: BaseException) -> str:
    """One sentence for the user; what is no message for people goes to the log as well."""
    if isinstance(error, InputError | RunFailed):
        return str(error)
    logger.error("a training run ended by an exception", exc_info=error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this run; use fewer examples or smaller batches."
    text = " ".join(str(error).split())[:300]
    return (
        f"The run was ended by an error inside the program ({type(error).__name__}: {text}); "
        "its last checkpoint stands, and details are in the log."
    )
