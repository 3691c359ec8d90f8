// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eval/evaluation.h"
#include "game/history.h"

namespace katago {

// The board of a position as an SVG element, with a policy as a heat map over it and the percentages of its five most
// likely moves; classes and `data-tip` as in svg_plot.h.
std::string board_svg(const BoardHistory& history, const Evaluation& evaluation);

}  // namespace katago
