// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "core/config.h"
#include "engine/choice/backend_choice.h"
#include "engine/choice/load_watch.h"
#include "nn/format/model_file.h"

namespace katago {

struct LoadedNetwork {
    std::shared_ptr<const LoadedModel> model;
    std::vector<std::string> notes;  // on the precision and how it was chosen, for the log
};

// Loads a network as the configuration wants it. Precision::Auto, and every precision of a device, falls back on FP32
// where the error would be visible. Throws ConfigError, UnsupportedError, MeasuringStopped, BackendError; the last also
// where a device is inexact in FP32, as only faulty ones are.
LoadedNetwork load_network(const Model& model, const BackendChoice& choice, const Config& config,
                           const LoadWatch& watch);

}  // namespace katago
