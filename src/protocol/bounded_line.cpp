// SPDX-License-Identifier: MIT
#include "protocol/bounded_line.h"

#include <streambuf>

namespace katago {

std::optional<BoundedLine> read_bounded_line(std::istream& in, size_t max_bytes) {
    using Traits = std::istream::traits_type;
    if (!in.good()) return std::nullopt;
    std::streambuf& buffer = *in.rdbuf();
    BoundedLine line;
    bool any = false;
    for (auto c = buffer.sbumpc(); c != '\n'; c = buffer.sbumpc()) {
        if (Traits::eq_int_type(c, Traits::eof())) {
            in.setstate(std::ios::eofbit);
            if (!any) return std::nullopt;
            break;
        }
        any = true;
        if (line.text.size() < max_bytes)
            line.text.push_back(Traits::to_char_type(c));
        else
            line.cut = true;
    }
    return line;
}

}  // namespace katago
