# SPDX-License-Identifier: MIT
"""`python scripts/export MODEL --format onnx ...`"""

import sys
from pathlib import Path

# Run as a folder, Python puts the folder itself first, where file names could hide packages.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

try:
    from export.cli import main
except ModuleNotFoundError as error:
    sys.exit(
        f"export: the Python package {error.name} is missing; sh scripts/setup.sh --train installs all that is needed"
    )

sys.exit(main())
