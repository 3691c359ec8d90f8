# SPDX-License-Identifier: MIT
"""A filter of system calls like Android's: what its own C library never calls ends the program by SIGSYS."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable

# set_robust_list, get_robust_list, rseq, clone3, statx, openat2, faccessat2: glibc calls them, some lately.
_CALLS = {"amd64": (273, 274, 334, 435, 332, 437, 439), "arm64": (99, 100, 293, 435, 291, 437, 439)}
_LOAD_NUMBER = (0x20, 0, 0, 0)
_RETURN_TRAP, _RETURN_ALLOW = (0x06, 0, 0, 0x00030000), (0x06, 0, 0, 0x7FFF0000)
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refuser(arch: str) -> Callable[[], None] | None:
    """What a child process calls before it starts the program; None for a processor whose numbers are not known."""
    if arch not in _CALLS:
        return None
    rows = [_LOAD_NUMBER]
    for number in _CALLS[arch]:
        rows += [(0x15, 0, 1, number), _RETURN_TRAP]  # where it is another number, the next row is left out
    rows.append(_RETURN_ALLOW)
    code = b"".join(struct.pack("=HBBI", *row) for row in rows)
    program = _Program(len(rows), code)
    libc = ctypes.CDLL(None, use_errno=True)

    def refuse() -> None:
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program)):
            raise OSError(ctypes.get_errno(), "prctl")

    return refuse
