# SPDX-License-Identifier: MIT
"""`python3 scripts/shaders make|check [FOLDER]`: compiles the shaders, or checks those that are committed."""

import sys
from pathlib import Path

# Run as a folder, Python puts the folder itself first, where file names could hide packages.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from shaders.cli import main  # noqa: E402

sys.exit(main())
