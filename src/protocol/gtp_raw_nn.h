// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "eval/evaluation.h"
#include "game/point.h"

namespace katago {

// What stands behind kata-raw-nn.
struct RawNnArguments {
    Player player = Color::Empty;  // Empty: not given
    int symmetry = 0;              // 0 to 7, or kAllSymmetries
    double optimism = -1;          // negative: not given

    static constexpr int kAllSymmetries = 8;
};

// Throws ProtocolError with the reference's text.
RawNnArguments parse_raw_nn_arguments(std::span<const std::string> arguments);

// The block of one symmetry, ending with a line end.
std::string raw_nn_text(const Evaluation& evaluation, int symmetry);

}  // namespace katago
