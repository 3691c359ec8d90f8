// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "backend/backend.h"
#include "engine/choice/backend_choice.h"
#include "eval/agreement.h"
#include "nn/format/model_file.h"

namespace katago {

// How far `loaded`, which the chosen backend's load() made with these options, is from FP32 on six positions of
// built-in games: from the same backend's, but for a device from the processor's. Measured once for each network,
// kernels, CPU and device, then read from the tuning folder, unless options.measure_again. To save memory `loaded` is
// freed while FP32 is at work, and loaded again.
Agreement agreement_with_fp32(const Model& model, const BackendChoice& choice,
                              std::shared_ptr<const LoadedModel>& loaded, const LoadOptions& options);

}  // namespace katago
