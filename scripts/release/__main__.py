# SPDX-License-Identifier: MIT
"""`python3 scripts/release [OPTION...] [TARGET...]`: makes the files of a release; -h says more."""

import sys
from pathlib import Path

# Run as a folder, Python puts the folder itself first, where file names could hide packages.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from release.cli import main  # noqa: E402

sys.exit(main())
