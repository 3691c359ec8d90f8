// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace katago {

// The next multiple, and the one before; `value` itself where it is one.
constexpr size_t rounded_up(size_t value, size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}
constexpr size_t rounded_down(size_t value, size_t multiple) {
    return value / multiple * multiple;
}

}  // namespace katago
