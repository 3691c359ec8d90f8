#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the networks named on a graphics device, beside PyTorch in FP16 where that is installed with CUDA: evaluations a
# second by batch, and what each kernel takes. One command, at most ten minutes; prints tables in Markdown.
#   sh scripts/bench/gpu.sh b18c384nbt.bin.gz b10c384h6nbttflrs.bin.gz >gpu.md
# All options: sh scripts/bench/gpu.sh --help. Python 3.9 or newer is needed, PyTorch is not.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/../../.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" "$here/gpu_table.py" "$@"
