// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "nn/format/model_file.h"

namespace katago {

// Networks in files of our own: safetensors whose metadata hold the graph, what ModelInfo says, the model's notes and
// SHA-256 sums. Weights are FP32, FP16 or INT8, as the graph has them, and every vector of floats is exact.
//   katago.format     "1"
//   katago.graph      JSON: nodes (name, layer, inputs, the layer's members, names of its tensors), outputs
//   katago.model      JSON: name, version, output multipliers and the rest of ModelInfo
//   katago.note.NAME  each of Model::notes
//   katago.header_sha256, katago.data_sha256

// Replaces the file, whole or not at all. Throws IoError.
void write_network(const std::filesystem::path& file, const Model& model);

// Reads such a file from memory. FP16 and INT8 weights of the graph refer to it, and `owner` keeps it alive; at best
// it begins at a multiple of 64 bytes. `name` is what errors call the file. Without `verify` the sums are not checked,
// so that no page of the weights is touched. Throws ModelError: whatever the bytes, the graph that is returned is sound
// and nothing was allocated by an unchecked number.
struct NetworkBytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
    std::string name;
};
Model read_network(const NetworkBytes& file, bool verify);

}  // namespace katago
