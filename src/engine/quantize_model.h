// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "engine/calibration.h"
#include "eval/agreement.h"
#include "nn/format/model_file.h"
#include "nn/graph.h"

namespace katago {

// Which of the int8_input_layers() have one scale for all weights of an output, as INT8 kernels of libraries take them,
// and not one for each block of inputs.
enum class OneScale : uint8_t {
    None,
    Mixed,  // those where that costs least for their size, as many as the budget allows
    All,
};

struct QuantizeSettings {
    CalibrationOptions calibration;
    // The linear layers that become INT8, where that is less than all that may.
    std::optional<std::vector<NodeId>> layers;
    // Input channels that share a scale, at most; 0: as small as the file may be large.
    int block = 0;
    OneScale one_scale = OneScale::None;
    // The budget, on positions of the calibration's games that were not used otherwise.
    double max_kl = std::numeric_limits<double>::infinity();
    double min_agreement = 0;
    bool measure_layers = true;  // each alone, also where the budget holds without
    int threads = 2;
};

// A linear layer (convolution or matrix) and how it is stored.
struct LayerChoice {
    NodeId node = -1;
    DType stored = DType::Float16;
    bool one_scale = false;
    // With this layer alone in INT8, on a few positions; -1: not measured. For OneScale::Mixed with blocks, and apart
    // with one scale.
    double kl_alone = -1, kl_one_scale = -1;
};

struct QuantizedModel {
    Model model;  // with notes "source", "quantization" and "accuracy"
    std::vector<LayerChoice> layers;
    Agreement agreement;  // with the source, both computed in FP32
    bool within_budget = true;
    std::vector<std::string> warnings;  // of the calibration's games
};

// What takes long: "statistics" of so many layers. May throw, which ends the work.
using QuantizeProgress = std::function<void(const char* stage, size_t done, size_t all)>;

// Stores layers in INT8 where the budget allows it, else in FP16; heads in FP16. `source_file` is for the notes. Throws
// IoError where the calibration's games cannot be read, BackendError, and what `progress` throws.
QuantizedModel quantize_model(const Model& model, const std::string& source_file, const Backend& backend,
                              const QuantizeSettings& settings, const QuantizeProgress& progress);

// The same network stored in FP16: no calibration, no measurement.
Model model_in_fp16(const Model& model, const std::string& source_file);

}  // namespace katago
