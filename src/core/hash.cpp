// SPDX-License-Identifier: MIT
#include "core/hash.h"

namespace katago {

std::string to_string(const Hash128& hash) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string text(32, '0');
    for (int i = 0; i < 16; ++i) {
        text[static_cast<size_t>(15 - i)] = kDigits[(hash.h1 >> (4 * i)) & 15];
        text[static_cast<size_t>(31 - i)] = kDigits[(hash.h0 >> (4 * i)) & 15];
    }
    return text;
}

}  // namespace katago
