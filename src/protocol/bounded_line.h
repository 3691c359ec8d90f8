// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>

namespace katago {

// One line of input without its end, as far as it fits.
struct BoundedLine {
    std::string text;
    bool cut = false;  // more bytes came before the line's end; they are gone
};

// Reads up to the next line end, which never takes more memory than `max_bytes`. A last line without an end counts;
// nullopt: the input has ended.
std::optional<BoundedLine> read_bounded_line(std::istream& in, size_t max_bytes);

}  // namespace katago
