// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nn/format/model_file.h"
#include "nn/format/safetensors.h"
#include "nn/graph.h"

namespace katago {

// A graph as JSON and tensors: the two parts of a network file (network_file.h).

// Tensors by name, and what keeps their memory alive.
struct TensorStore {
    std::map<std::string, SafeTensor> tensors;
    std::vector<std::shared_ptr<const void>> owners;
};

// Adds the weights to `store`; they stay where they are.
std::string graph_to_json(const Graph& graph, TensorStore& store);
// FP16 and INT8 weights refer to the tensors, which `owner` keeps alive; those that are not aligned, and floats, are
// copied. Throws ModelError.
Graph graph_from_json(const std::string& text, const std::map<std::string, SafeTensor>& tensors,
                      const std::shared_ptr<const void>& owner);

std::string model_info_to_json(const ModelInfo& info);
// Checks it against the graph. Throws ModelError.
ModelInfo model_info_from_json(const std::string& text, const Graph& graph);

}  // namespace katago
