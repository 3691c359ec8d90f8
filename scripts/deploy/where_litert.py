# SPDX-License-Identifier: MIT
"""Where would you play here? Asks an exported TensorFlow Lite file, with LiteRT's interpreter.

python scripts/deploy/where_litert.py b6c96-int8.tflite game.sgf
"""

import json
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.tools import flatbuffer_utils
from position import parse_arguments, print_answer, read_position


def read_description(path: str) -> dict[str, str]:
    """The file's own: JSON in its metadata entry `katago`."""
    model = flatbuffer_utils.read_model(path)
    buffer = next(entry.buffer for entry in model.metadata if entry.name == b"katago")
    return json.loads(bytes(model.buffers[buffer].data))


args = parse_arguments(__doc__, "a .tflite file that scripts/export wrote")
if not Path(args.model).is_file():
    raise SystemExit(f"{args.model}: there is no such file")
interpreter = Interpreter(args.model)
evaluate = interpreter.get_signature_runner("evaluate")
position = read_position(args.sgf, args.engine)
height, width = evaluate.get_input_details()["spatial"]["shape"][2:]
if (height, width) != (position.height, position.width):
    raise SystemExit(
        f"{args.model} is for boards of {width}x{height}, the game is on {position.width}x{position.height}"
    )
outputs = evaluate(**{"spatial": position.spatial, "global": position.global_})
print_answer(position, outputs, read_description(args.model))
