# SPDX-License-Identifier: MIT
"""Released binaries: builds, checks, tries and packs one for each kind of system."""
