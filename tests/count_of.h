// SPDX-License-Identifier: MIT
#pragma once

#include <string>

// How often `piece` stands in `text`.
inline size_t count_of(const std::string& text, const std::string& piece) {
    size_t count = 0;
    for (size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++count;
    return count;
}
