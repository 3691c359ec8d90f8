// SPDX-License-Identifier: MIT
#include "engine/quantize_at_load.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/machine.h"
#include "core/replace_file.h"
#include "engine/network_settings.h"
#include "engine/quantize_display.h"
#include "engine/quantize_model.h"
#include "nn/format/network_file.h"
#include "nn/int8_layers.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// Raise it when quantizing changes its results.
constexpr const char* kVersion = "-int8-4.safetensors";
constexpr const char* kOneScaleVersion = "-int8-5-one-scale.safetensors";
// A start should not take longer than it must.
constexpr int kPositions = 128;

bool is_fp32(const Graph& graph) {
    return std::none_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) {
        const LinearWeights* weights = linear_weights(node);
        return weights && weights->dtype() != DType::Float32;
    });
}

// The quantized network that an earlier start kept in `file`. Its graph is null where there is none that can be used.
Model kept_model(const fs::path& file, const Config& config, std::vector<std::string>& notes) {
    std::error_code failure;
    if (!fs::exists(file, failure)) return {};
    try {
        return read_model(file, model_read_options(config));
    } catch (const Error& error) {
        notes.push_back(std::string("Quantizing again: ") + error.what());
        return {};
    }
}

void keep_model(const fs::path& file, const Model& model, std::vector<std::string>& notes) {
    try {
        make_folder(file.parent_path());
        write_network(file, model);
        notes.push_back("Kept the quantized network in " + file.string());
    } catch (const IoError& error) {  // it will be made again, that is all
        notes.push_back(error.what());
    }
}

}  // namespace

Model quantized_as_configured(Model model, const fs::path& file, const BackendDevice& on, const Config& config,
                              std::vector<std::string>& notes, const LoadWatch& watch) {
    const Precision precision = read_precision(config).precision;
    if (on.device) return model;
    if ((precision != Precision::Int8 && precision != Precision::Fp16) || !is_fp32(*model.graph)) return model;
    if (precision == Precision::Fp16) return model_in_fp16(model, file.filename().string());
    // XNNPACK's INT8 kernels know one scale for each output: rounded to that from the start, less is lost.
    const bool one_scale = load_options(config, precision).kernels == KernelProvider::Xnnpack;
    const fs::path kept = tuning_folder(config).parent_path() / "quantized" /
                          (model.info.sha256 + (one_scale ? kOneScaleVersion : kVersion));
    if (Model found = kept_model(kept, config, notes); found.graph) return found;
    QuantizeSettings settings;
    settings.calibration.positions = kPositions;
    settings.layers = int8_layers(*model.graph);  // others are more exact in FP16, and no slower
    if (one_scale) settings.one_scale = OneScale::All;
    settings.measure_layers = false;
    settings.threads = usable_cores();
    std::optional<QuantizeDisplay> display;
    if (watch.console) display.emplace(*watch.console, nullptr);
    QuantizedModel made = quantize_model(model, file.filename().string(), *on.backend, settings,
                                         [&](const char* stage, size_t done, size_t all) {
                                             watch.time->poll();
                                             if (display) display->show(stage, done, all);
                                         });
    notes.push_back("Quantized to INT8; against FP32 " + describe(made.agreement));
    keep_model(kept, made.model, notes);
    return std::move(made.model);
}

}  // namespace katago
