// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/config.h"
#include "engine/choice/backend_setting.h"
#include "engine/choice/load_watch.h"
#include "nn/format/model_file.h"

namespace katago {

// What computes a network, of the candidates of a BackendSetting. A value.
struct BackendChoice {
    BackendDevice chosen;
    const Backend* processor = nullptr;
    bool falls_back = false;              // the processor takes over where a device fails; else its error counts
    std::vector<std::string> notes = {};  // how it was chosen, for the log

    // Whose FP32 the chosen one's answers are compared with: the processor's where it is a device.
    const Backend& exact() const { return chosen.device ? *processor : *chosen.backend; }
};

struct ChoiceOptions {
    bool measure = true;  // else what is kept of earlier measurements counts, and without any the processor
    bool measure_again = false;
    double seconds = 1;    // of one candidate, after its kernels were measured and its weights packed
    LoadWatch watch = {};  // a candidate that its time leaves is not measured, and not chosen
};

// The candidate with the most evaluations a second: as many threads as cores on the processor, two batches of the size
// that it likes best in flight on a device, 19x19. Measured once for each kind of network, device with its driver, and
// precision, then read from the tuning folder. One network at a time is in memory. Where several candidates are
// measured, a device that fails at it leaves the choice to the others, with a note.
BackendChoice choose_backend(const Model& model, const BackendSetting& setting, const Config& config,
                             const ChoiceOptions& options);

}  // namespace katago
