// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "command/genconfig/dialog.h"
#include "game/rules.h"

namespace katago {

// What a person wants of the engine, before anything is measured.
struct ConfigWishes {
    Rules rules;
    // Limits of a move.
    std::optional<int64_t> max_visits, max_playouts;
    std::optional<double> max_seconds;
    bool pondering = false;
    std::optional<double> max_pondering_seconds;
    int cache_power = 0;  // nnCacheSizePowerOfTwo
};

// What an empty answer means.
struct UsualWishes {
    int max_visits = 500;
    double max_seconds = 10;
    int cache_power = 20;  // KataGo's 3 GB; never more than a quarter of the machine's memory
};

// Asks KataGo's questions in KataGo's order. Throws IoError where the input ends.
ConfigWishes ask_wishes(Dialog& dialog, const UsualWishes& usual);

// The largest power of two of cache entries that fits, 10 to 48. Source: KataGo's genconfig, 3000 bytes an entry.
int cache_power_for(double bytes);

// What to measure with; nothing: leave the number of threads alone.
struct TuningWishes {
    std::optional<int> visits;  // nothing: as many as the machine does in two seconds
    double seconds_per_move = 0;
};
TuningWishes ask_tuning(Dialog& dialog);

}  // namespace katago
