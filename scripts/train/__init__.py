# SPDX-License-Identifier: MIT
"""Distils a big network into a small one: from the rows of `katago sample` to a network file. See README.md here."""
