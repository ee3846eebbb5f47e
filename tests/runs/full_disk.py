"""A disk without room, as far as the system lets a test have one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

needs_limits = pytest.mark.skipif(os.name == "nt", reason="limits of Unix")


@contextmanager
def files_end_at(n_bytes: int) -> Iterator[None]:
    """A write that reaches the limit is cut short, the next one fails."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
