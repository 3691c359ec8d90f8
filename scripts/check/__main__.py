# SPDX-License-Identifier: MIT
"""`python3 scripts/check [ROOT]`: prints every fault of the tree; exit status 1 where there is one."""

import sys
from pathlib import Path

# Run as a folder, Python puts the folder itself first, where file names could hide packages.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from check.cli import main  # noqa: E402

sys.exit(main())
