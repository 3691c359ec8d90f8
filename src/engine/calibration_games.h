// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace katago {

// Game records (SGF) of this engine against itself, from calibration_games/.
std::span<const std::string_view> calibration_games();

}  // namespace katago
