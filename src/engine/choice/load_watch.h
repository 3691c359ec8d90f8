// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <ostream>

#include "backend/measuring_time.h"

namespace katago {

// Who watches a network being loaded. A value.
struct LoadWatch {
    std::ostream* console = nullptr;  // where progress is shown; null: nowhere
    std::shared_ptr<MeasuringTime> time = MeasuringTime::unbounded();
};

}  // namespace katago
