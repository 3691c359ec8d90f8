// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace katago {

[[noreturn]] inline void ensure_failed(const char* condition, const char* file, int line) {
    throw std::logic_error(std::string(file) + ":" + std::to_string(line) + ": broken invariant: " + condition);
}

}  // namespace katago

// An invariant that is also checked in release builds. Never judges user input.
#define ENSURE(cond) ((cond) ? static_cast<void>(0) : ::katago::ensure_failed(#cond, __FILE__, __LINE__))
