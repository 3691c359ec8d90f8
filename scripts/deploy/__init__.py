# SPDX-License-Identifier: MIT
"""What it takes to run exported networks elsewhere: see README.md."""
