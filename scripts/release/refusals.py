# SPDX-License-Identifier: MIT
"""Filters of system calls, to try a program as where it has not all of them: on Android, what its own C library never calls
ends the program by SIGSYS; on an old Linux, what came later fails with ENOSYS."""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Callable

# set_robust_list, get_robust_list, rseq, clone3, statx, openat2, faccessat2: glibc calls them, some lately.
_CALLS = {"amd64": (273, 274, 334, 435, 332, 437, 439), "arm64": (99, 100, 293, 435, 291, 437, 439)}
# The last ones that Linux 4.4 has: mlock2 on both.
_LAST_OF_LINUX_4_4 = {"amd64": 325, "arm64": 284}
_LOAD_NUMBER = (0x20, 0, 0, 0)
_IF_EQUAL, _IF_GREATER = 0x15, 0x25  # otherwise the next row is left out
_RETURN_TRAP, _RETURN_ALLOW = (0x06, 0, 0, 0x00030000), (0x06, 0, 0, 0x7FFF0000)
_RETURN_ENOSYS = (0x06, 0, 0, 0x00050000 | errno.ENOSYS)
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl

Row = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def filters(arch: str) -> dict[str, Callable[[], None]]:
    """Each with what to call it; a child process calls the function before it starts the program. None for a processor whose
    numbers are not known."""
    if arch not in _CALLS:
        return {}
    refused = [row for number in _CALLS[arch] for row in ((_IF_EQUAL, 0, 1, number), _RETURN_TRAP)]
    late = [(_IF_GREATER, 0, 1, _LAST_OF_LINUX_4_4[arch]), _RETURN_ENOSYS]
    return {
        "with system calls refused as Android does": _filter(refused),
        "with the system calls of Linux 4.4": _filter(late),
    }


def _filter(rows: list[Row]) -> Callable[[], None]:
    code = b"".join(struct.pack("=HBBI", *row) for row in (_LOAD_NUMBER, *rows, _RETURN_ALLOW))
    program = _Program(len(rows) + 2, code)
    libc = ctypes.CDLL(None, use_errno=True)

    def refuse() -> None:
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program)):
            raise OSError(ctypes.get_errno(), "prctl")

    return refuse
