// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>

namespace katago {

// Tells the seconds since some moment. What depends on time takes one, so that tests can pass their own.
using SecondsClock = std::function<double()>;

// The usual one, which never goes back.
inline double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace katago
