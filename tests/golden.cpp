// SPDX-License-Identifier: MIT
#include "golden.h"

#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace golden {

std::filesystem::path find(const std::string& name) {
    const char* configured = std::getenv("KATAGO_TEST_DATA");
    std::filesystem::path path = std::filesystem::path(configured ? configured : KATAGO_DEFAULT_TEST_DATA) / name;
    if (std::filesystem::exists(path)) return path;
    std::fprintf(stderr, "SKIPPED: no reference data at %s (set KATAGO_TEST_DATA)\n", path.c_str());
    return {};
}

void for_each_row(const std::filesystem::path& file, const std::function<void(const nlohmann::json&)>& row) {
    gzFile in = gzopen(file.c_str(), "rb");
    if (!in) throw std::runtime_error("cannot open " + file.string());
    std::string line;
    char buffer[1 << 16];
    auto deliver = [&] {
        if (!line.empty()) row(nlohmann::json::parse(line));
        line.clear();
    };
    try {
        while (gzgets(in, buffer, sizeof buffer)) {
            line += buffer;
            if (line.back() == '\n') deliver();
        }
        deliver();
    } catch (...) {
        gzclose(in);
        throw;
    }
    gzclose(in);
}

}  // namespace golden
