// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "game/rules.h"

namespace katago {

// Rules as servers, programs and people write them in game records: any form that rules_of_text() reads, and names such
// as "Japanese Rules", "cn" or "Chinese, Pair Go", in English or in the country's own script. `text` is UTF-8. None
// where the text names no rules, or several.
std::optional<Rules> rules_as_written(std::string_view text);

}  // namespace katago
