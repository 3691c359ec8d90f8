// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "backend/backend.h"
#include "eval/agreement.h"
#include "nn/format/model_file.h"

namespace katago {

// How far `loaded`, which backend.load() made with these options, is from FP32 on six positions of built-in games.
// Measured once for each network, kernels and CPU, then read from the tuning folder, unless options.measure_again. To
// save memory `loaded` is freed while FP32 is at work, and loaded again.
Agreement agreement_with_fp32(const Model& model, const Backend& backend, std::shared_ptr<const LoadedModel>& loaded,
                              const LoadOptions& options);

}  // namespace katago
