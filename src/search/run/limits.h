// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "search/run/time_control.h"

namespace katago {

// What ends one run of a search besides a call for its stop. The numbers come from SearchParams.
struct SearchLimits {
    bool pondering = false;            // use the ...Pondering limits; the search is for the same player as before
    double search_factor = 1;          // scales all limits
    bool unlimited = false;            // only a stop ends it, as for kata-analyze
    std::optional<TimeControl> clock;  // of the player to move
    // What the run may use of the longest time that the clock or maxTime allows; the rest is for what follows it.
    double time_share = 1;

    static SearchLimits none() {
        SearchLimits limits;
        limits.unlimited = true;
        return limits;
    }
};

}  // namespace katago
