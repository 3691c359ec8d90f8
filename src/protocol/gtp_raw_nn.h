// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "eval/evaluation.h"
#include "game/point.h"

namespace katago {

// The two commands that show what a network says: kata-raw-nn, and kata-raw-human-nn for one that imitates people.
enum class RawNnKind { Main, Human };

// The arguments of either.
struct RawNnArguments {
    Player player = Color::Empty;  // Empty: not given
    int symmetry = 0;              // 0 to 7, or kAllSymmetries
    double optimism = -1;          // negative: not given

    static constexpr int kAllSymmetries = 8;
};

// Throws ProtocolError with the reference's text. Only the main network has an optimism.
RawNnArguments parse_raw_nn_arguments(std::span<const std::string> arguments, RawNnKind kind);

// The answer for one symmetry, ending with a line end.
std::string raw_nn_text(const Evaluation& evaluation, int symmetry, RawNnKind kind);

}  // namespace katago
