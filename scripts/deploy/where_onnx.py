# SPDX-License-Identifier: MIT
"""Where would you play here? Asks an exported ONNX file, with onnxruntime.

python scripts/deploy/where_onnx.py b6c96-fp32.onnx game.sgf
"""

import onnxruntime
from position import parse_arguments, print_answer, read_position

args = parse_arguments(__doc__, "an .onnx file that scripts/export wrote")
session = onnxruntime.InferenceSession(args.model, providers=["CPUExecutionProvider"])
position = read_position(args.sgf, args.engine)
height, width = session.get_inputs()[0].shape[2:]
if (height, width) != (position.height, position.width):
    raise SystemExit(
        f"{args.model} is for boards of {width}x{height}, the game is on {position.width}x{position.height}"
    )
names = [output.name for output in session.get_outputs()]
outputs = session.run(names, {"spatial": position.spatial, "global": position.global_})
print_answer(position, dict(zip(names, outputs, strict=True)), session.get_modelmeta().custom_metadata_map)
