#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds a TensorRT engine file from an exported ONNX file, with trtexec, on the device that will run it. The result is
# kept: the name holds the device and the version of TensorRT, and the same command again only prints it.
# Usage: sh scripts/deploy/tensorrt.sh MODEL.onnx [--fp32] [--batch N] [--workspace MB] [--output-dir DIR] [--dry-run]
#   --fp32         do not compute in FP16
#   --batch N      largest batch (default 8); the engine is tuned for it and takes 1 to N positions
#   --workspace    memory for the builder's scratch (default 1024 MB)
#   --dry-run      print the command, do not run it
set -eu

fail() {
    echo "tensorrt: $*" >&2
    exit 1
}

model='' batch=8 workspace=1024 output_dir='' fp16=yes dry_run=no
while [ $# -gt 0 ]; do
    case $1 in
        --fp32) fp16=no ;;
        --dry-run) dry_run=yes ;;
        --batch | --workspace | --output-dir)
            [ $# -gt 1 ] || fail "$1 wants a value"
            case $1 in
                --batch) batch=$2 ;;
                --workspace) workspace=$2 ;;
                --output-dir) output_dir=$2 ;;
            esac
            shift
            ;;
        -*) fail "unknown option $1" ;;
        *) model=$1 ;;
    esac
    shift
done
[ -n "$model" ] || fail "which .onnx file? Usage: sh scripts/deploy/tensorrt.sh MODEL.onnx"
[ -f "$model" ] || fail "$model: there is no such file"
case $batch$workspace in *[!0-9]* | '') fail "--batch and --workspace are numbers" ;; esac

trtexec=$(command -v trtexec || true)
[ -n "$trtexec" ] || trtexec=/usr/src/tensorrt/bin/trtexec
if [ $dry_run = no ]; then
    [ -x "$trtexec" ] || fail "no trtexec in PATH nor at $trtexec: it comes with JetPack (package libnvinfer-bin)"
fi

# An engine file is good for one kind of device and one version of TensorRT.
device=$(tr -d '\0' </proc/device-tree/model 2>/dev/null || uname -m)
version=$(dpkg-query -W -f='${Version}' libnvinfer-bin 2>/dev/null | cut -d- -f1 || true)
key=$(printf '%s-trt%s' "$device" "${version:-unknown}" | tr -c 'A-Za-z0-9.\n-' '_')
name=$(basename "$model" .onnx)
[ $fp16 = yes ] || name=$name-fp32
engine=${output_dir:-$(dirname "$model")}/$name-b$batch-$key.engine
if [ $dry_run = no ] && [ -f "$engine" ] && [ "$engine" -nt "$model" ]; then
    echo "$engine"
    exit 0
fi

# A file of a fixed batch takes no ranges; a dynamic one has N first in its shapes.
python=${PYTHON:-python3}
shapes=$("$python" "$(dirname "$0")/onnx_shapes.py" "$model" "$batch") || exit 1

set -- "--onnx=$model" "--saveEngine=$engine.new" "--memPoolSize=workspace:$workspace"
# shellcheck disable=SC2086 # words
[ -z "$shapes" ] || set -- "$@" $shapes
# INT8 files hold codes and how to read them (Q/DQ): TensorRT then takes precisions from the graph and --int8 allows them.
[ $fp16 = no ] || set -- "$@" --fp16
case $name in *int8*) set -- "$@" --int8 ;; esac
if [ $dry_run = yes ]; then
    echo "$trtexec $*"
    exit 0
fi
echo "tensorrt: building $engine; this takes minutes" >&2
trap 'rm -f "$engine.new"' EXIT
"$trtexec" "$@" >&2 || fail "trtexec failed; its messages are above"
mv "$engine.new" "$engine"
echo "$engine"
