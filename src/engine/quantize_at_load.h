// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config.h"
#include "engine/choice/backend_setting.h"
#include "engine/choice/load_watch.h"
#include "nn/format/model_file.h"

namespace katago {

// The model with its weights in the form that nnPrecision asks for, where it is int8 or fp16 and the file has FP32:
// FP16 is made at once, INT8 once for each network, with the built-in games and without a budget, and kept in
// homeDataDir/quantized under the file's SHA-256. Devices take FP32 and round it themselves. `notes`: what was done,
// for the log. The watch's time ends it, and does not bound it: half of the work is of no use. Throws ConfigError,
// BackendError, MeasuringStopped.
Model quantized_as_configured(Model model, const std::filesystem::path& file, const BackendDevice& on,
                              const Config& config, std::vector<std::string>& notes, const LoadWatch& watch);

}  // namespace katago
