"""A process that asks the kernel to be ended when the one that started it is gone.

Linux only; elsewhere it does nothing. The standard library only.
"""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def _prctl(option, value):
    try:
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
    except (OSError, AttributeError):  # not Linux
        return


def die_with_parent(sign=signal.SIGKILL, parent=None):
    """Ends this process by the signal when its parent ends, also when the parent was killed with -9."""
    _prctl(PR_SET_PDEATHSIG, sign)
    if parent is not None and os.getppid() != parent:  # it went before the kernel was asked
        os.kill(os.getpid(), sign)


def adopt_orphans():
    """Grandchildren whose parent is gone become children of this process, so that it can end them."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
