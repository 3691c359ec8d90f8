// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/calibration.h"
#include "engine/quantize_model.h"

namespace katago {

// The notes of a quantized network's file, as JSON: what it was made from, how, and how far it is from it.
std::string source_note(const Model& model, const std::string& file);
std::string fp16_note();
// `block`: the input channels that share a scale, at most, in layers without one scale.
std::string quantization_note(const Graph& graph, const std::vector<LayerChoice>& layers, int block,
                              const CalibrationSet& set, uint64_t seed);
std::string accuracy_note(const Agreement& agreement);

}  // namespace katago
