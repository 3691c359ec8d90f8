// SPDX-License-Identifier: MIT
#include "core/system/process_limits.h"

#include <fstream>
#include <sstream>

namespace katago {

std::optional<int64_t> process_limit(const std::string& name, const std::filesystem::path& root) {
    std::ifstream file(root / "proc/self/limits");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name + " ")) continue;
        std::istringstream numbers(line.substr(name.size()));  // "unlimited  unlimited  bytes"
        int64_t soft = 0;
        return numbers >> soft ? std::optional(soft) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace katago
