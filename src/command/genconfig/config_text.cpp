// SPDX-License-Identifier: MIT
#include "command/genconfig/config_text.h"

#include "core/ensure.h"

namespace katago {

size_t ConfigText::find(std::string_view prefix, std::string_view key) const {
    const std::string wanted = std::string(prefix) + std::string(key) + " = ";
    for (size_t begin = 0; begin < text_.size(); ++begin) {
        if (text_.compare(begin, wanted.size(), wanted) == 0) return begin;
        begin = text_.find('\n', begin);
        if (begin == std::string::npos) break;
    }
    return std::string::npos;
}

void ConfigText::replace(std::string_view key, std::string_view lines) {
    size_t begin = find("", key);
    if (begin == std::string::npos) begin = find("# ", key);
    ENSURE(begin != std::string::npos);
    text_.replace(begin, text_.find('\n', begin) - begin, lines);
}

void ConfigText::set(std::string_view key, std::string_view value) {
    replace(key, std::string(key) + " = " + std::string(value));
}

void ConfigText::comment_out(std::string_view key) {
    const size_t begin = find("", key);
    if (begin != std::string::npos) text_.insert(begin, "# ");
}

}  // namespace katago
