"""Locks on open files, which the system gives back when a process ends in whatever way."""

import os
import sys

_FAR_BYTE = 1 << 30
"""On Windows a locked byte cannot be read by others: one far behind the text is taken."""

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: int, is_shared: bool) -> bool:  # noqa: ARG001 - Windows knows one kind only
        """Lock an open file, or say that somebody else has it."""
        try:
            os.lseek(file, _FAR_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import errno
    import fcntl

    def try_lock(file: int, is_shared: bool) -> bool:
        """Lock an open file, or say that somebody else has it; file systems without locks always agree."""
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
        return True
