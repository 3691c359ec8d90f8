# SPDX-License-Identifier: MIT
"""Rules of the source tree that a compiler does not know. Run as `python3 scripts/check`, by `make check` too."""
