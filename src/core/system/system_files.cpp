// SPDX-License-Identifier: MIT
#include "core/system/system_files.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace katago {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::optional<int64_t> number_in(const fs::path& file) {
    std::ifstream in(file);
    int64_t value = 0;
    return in >> value ? std::optional(value) : std::nullopt;
}

std::optional<int64_t> number_after(const fs::path& file, const std::string& name) {
    std::ifstream in(file);
    std::string word;
    while (in >> word && word != name) {
    }
    int64_t value = 0;
    return in >> value ? std::optional(value) : std::nullopt;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;  // a missing folder has no entries
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        found.push_back(at->path());
    std::sort(found.begin(), found.end());
    return found;
}

bool is_there(const fs::path& file) {
    std::error_code error;  // what cannot be looked at is not there
    return fs::exists(file, error);
}

}  // namespace katago
