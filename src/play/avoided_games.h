// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "core/config.h"
#include "core/log.h"
#include "search/tree/pattern.h"

namespace katago {

// The moves of game records that the configuration wants to be avoided: avoidSgfPatternUtility and its companions, then
// those of avoidSgf2, avoidSgf3 and so on while they are there. Null: there are none. Files that are no game records
// are left out and said so in the log. Throws ConfigError, IoError for a folder that cannot be read.
std::shared_ptr<const PatternBonuses> read_avoided_games(const Config& config, Logger& log);

}  // namespace katago
