// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace katago {

// The machine's processors, read below `root`, which tests make up.
struct Processors {
    int count = 0;                      // all of them, whatever this process may use; 0: unknown
    std::string names;                  // "4 x Cortex-A76, 4 x Cortex-A55"; empty: unknown
    std::vector<std::string> features;  // those that speed networks up, as the kernel calls them: "avx2", "asimddp"
};
Processors read_processors(const std::filesystem::path& root = "/");

// Processors that were busy or waited for, on average over the last minute; negative: unknown.
double load_average(const std::filesystem::path& root = "/");

}  // namespace katago
