// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "game/rules.h"

namespace katago {

// What a record tells about who wrote its komi.
struct SgfKomiOrigin {
    bool fox_server = false;
    bool gogod = false;                  // the collection Games of Go on Disk
    std::optional<ScoringRule> scoring;  // of its rules, if they are known
};

struct SgfKomi {
    std::optional<float> komi;
    // A sentence for the user: why there is none, or what was read where that is not plain from the text.
    std::string remark;
};

// The komi in points of a KM as servers, programs and people write it: "6.5", "+6,5", "6.5 points", "7 1/2", full-width
// digits, stones of one side, hundredths. `written` is UTF-8, not blank.
SgfKomi read_sgf_komi(std::string_view written, const SgfKomiOrigin& origin);

}  // namespace katago
