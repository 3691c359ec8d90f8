# SPDX-License-Identifier: MIT
"""Converts networks for other runtimes: ONNX, TensorFlow Lite, Core ML. Run as `python scripts/export MODEL ...`."""
