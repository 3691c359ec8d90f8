// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "core/config.h"
#include "eval/agreement.h"
#include "nn/format/model_file.h"

namespace katago {

// nnPrecision, else KataGo's useFP16 translated. `note`: what a person should know of the translation; else empty.
struct PrecisionSetting {
    Precision precision = Precision::Auto;
    std::string note;
};
// Throws ConfigError.
PrecisionSetting read_precision(const Config& config);

// verifyModelFile. Throws ConfigError.
ModelReadOptions model_read_options(const Config& config);

// Where measurements of this machine are kept: in homeDataDir, else in the home data directory.
std::filesystem::path tuning_folder(const Config& config);

// How far `loaded`, which backend.load() made with these options, is from FP32 on six positions of built-in games.
// Measured once for each network, kernels and CPU, then read from the tuning folder, unless options.measure_again. To
// save memory `loaded` is freed while FP32 is at work, and loaded again.
Agreement agreement_with_fp32(const Model& model, const Backend& backend, std::shared_ptr<const LoadedModel>& loaded,
                              const LoadOptions& options);

struct LoadedNetwork {
    std::shared_ptr<const LoadedModel> model;
    std::vector<std::string> notes;  // on the precision and how it was chosen, for the log
};

// Loads a network as the configuration wants it. Precision::Auto falls back on FP32 where the error would be visible.
// Throws ConfigError, UnsupportedError, BackendError.
LoadedNetwork load_network(const Model& model, const Backend& backend, const Config& config);

}  // namespace katago
