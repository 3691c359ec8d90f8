# SPDX-License-Identifier: MIT
"""The tables of gpu.sh, made by the engine on the processor: that there are figures, not which."""

from __future__ import annotations

import os
import re
import subprocess
import unittest
from pathlib import Path

from gpu_table import Cell, kernel_rows, speed_rows

HERE = Path(__file__).resolve().parent
ENGINE = os.environ.get("KATAGO_ENGINE", str(HERE.parents[1] / "katago"))
QUICK = ["--backend", "cpu", "--precision", "fp32", "--seconds", "0.02", "--rounds", "2", "--batches", "1,2"]


def gpu(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(HERE / "gpu.sh"), *arguments], capture_output=True, text=True, check=False, timeout=240
    )


class Tables(unittest.TestCase):
    def test_speeds_and_kernels_without_pytorch(self) -> None:
        done = gpu("--engine", ENGINE, *QUICK, "--no-torch", "--peak", "5", "embedded")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Backend cpu: ", done.stdout)
        self.assertIn("Peak: 5.0 TFLOP/s, given.", done.stdout)
        rows = [line for line in done.stdout.splitlines() if re.match(r"\| \S+ \| [12] \| [0-9.]+ \(", line)]
        self.assertEqual(len(rows), 2, done.stdout)
        self.assertTrue(all(row.endswith("| - | - |") for row in rows))
        self.assertIn("Kernels of embedded, batch 8:", done.stdout)

    def test_an_error_of_the_engine_is_told(self) -> None:
        done = gpu("--engine", ENGINE, *QUICK, "--no-torch", "nowhere.bin.gz")
        self.assertEqual(done.returncode, 1)
        self.assertIn("gpu.sh: nowhere.bin.gz, batch 1: ", done.stderr)
        missing = gpu("--engine", "/nowhere/katago", "--no-torch", "embedded")
        self.assertIn("gpu.sh: no engine at /nowhere/katago", missing.stderr)

    def test_ratios_and_shares_of_the_peak(self) -> None:
        cells = {8: Cell(engine=[90, 100, 130], torch=[50, 40, 60])}
        self.assertEqual(
            speed_rows("net", cells, multiply_adds=5e9, peak=10e12),
            [["net", "8", "100.0 (90.0 to 130.0)", "1.000", "10.0 %", "50.0", "2.00"]],
        )
        profile = [
            {"kernel": "conv", "microseconds": 10, "multiplyAdds": 5_000_000},
            {"kernel": "pool", "microseconds": 30, "multiplyAdds": 0},
            {"kernel": "conv", "microseconds": 10, "multiplyAdds": 5_000_000},
        ]
        self.assertEqual(
            kernel_rows(profile, None),
            [["pool", "1", "30.0", "60.0 %", "", ""], ["conv", "2", "20.0", "40.0 %", "1.000", "-"]],
        )


if __name__ == "__main__":
    unittest.main()
