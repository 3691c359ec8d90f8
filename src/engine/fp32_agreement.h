// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "backend/backend.h"
#include "engine/choice/backend_choice.h"
#include "eval/agreement.h"
#include "nn/format/model_file.h"

namespace katago {

// A network that was loaded by the chosen backend with these options. A value, but refers to what it is made of.
struct ComparedLoad {
    const Model& model;
    const BackendChoice& choice;
    LoadOptions options;
    std::function<void(int done, int all)> progress = {};  // of the positions evaluated; may be empty
};

// How far `loaded` is from FP32 on six positions of built-in games: from the same backend's, but for a device from the
// processor's. Each position is compared once for each network, kernels, CPU and device, on all cores, then read from
// the tuning folder, unless options.measure_again. Positions for which options.time does not suffice are left to a
// later start: of a processor it may be all, of a device, whose driver may be faulty, all but one. To save memory
// `loaded` is freed while FP32 is at work, and loaded again. Throws MeasuringStopped.
Agreement agreement_with_fp32(const ComparedLoad& load, std::shared_ptr<const LoadedModel>& loaded);

}  // namespace katago
