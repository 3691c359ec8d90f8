// SPDX-License-Identifier: MIT
#include "core/system/processors.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// Names of Arm's and NVIDIA's cores by the number of their design. Source: Arm's technical reference manuals, MIDR_EL1.
struct Design {
    std::string_view implementer, part, name;
};
constexpr Design kDesigns[] = {
    {"0x41", "0xc07", "Cortex-A7"},   {"0x41", "0xc08", "Cortex-A8"},   {"0x41", "0xc09", "Cortex-A9"},
    {"0x41", "0xc0d", "Cortex-A17"},  {"0x41", "0xc0f", "Cortex-A15"},  {"0x41", "0xd03", "Cortex-A53"},
    {"0x41", "0xd04", "Cortex-A35"},  {"0x41", "0xd05", "Cortex-A55"},  {"0x41", "0xd07", "Cortex-A57"},
    {"0x41", "0xd08", "Cortex-A72"},  {"0x41", "0xd09", "Cortex-A73"},  {"0x41", "0xd0a", "Cortex-A75"},
    {"0x41", "0xd0b", "Cortex-A76"},  {"0x41", "0xd0c", "Neoverse-N1"}, {"0x41", "0xd0d", "Cortex-A77"},
    {"0x41", "0xd40", "Neoverse-V1"}, {"0x41", "0xd41", "Cortex-A78"},  {"0x41", "0xd42", "Cortex-A78AE"},
    {"0x41", "0xd44", "Cortex-X1"},   {"0x41", "0xd46", "Cortex-A510"}, {"0x41", "0xd47", "Cortex-A710"},
    {"0x41", "0xd49", "Neoverse-N2"}, {"0x41", "0xd4d", "Cortex-A715"}, {"0x41", "0xd4f", "Neoverse-V2"},
    {"0x41", "0xd80", "Cortex-A520"}, {"0x41", "0xd81", "Cortex-A720"}, {"0x4e", "0x003", "Denver 2"},
    {"0x4e", "0x004", "Carmel"},
};

// Those of the kernel's many words that tell which kernels can run, oldest first.
constexpr std::array kFeatures = {"sse2",     "sse4_1",  "avx",         "f16c",        "fma",      "avx2",
                                  "avx_vnni", "avx512f", "avx512_vnni", "avx512_fp16", "amx_int8", "neon",
                                  "asimd",    "fphp",    "asimdhp",     "asimddp",     "bf16",     "i8mm",
                                  "sve",      "sve2",    "sme",         "rvv"};

std::string core_name(const std::string& implementer, const std::string& part) {
    for (const Design& design : kDesigns)
        if (design.implementer == implementer && design.part == part) return std::string(design.name);
    return "Arm core " + implementer + "/" + part;
}

std::string with_counts(const std::vector<std::pair<std::string, int>>& names) {
    std::vector<std::string> pieces;
    pieces.reserve(names.size());
    for (const auto& [name, count] : names) pieces.push_back(std::to_string(count) + " x " + name);
    return join(pieces, ", ");
}

}  // namespace

Processors read_processors(const fs::path& root) {
    Processors processors;
    std::vector<std::pair<std::string, int>> names;  // in the order of the first of each
    std::set<std::string> words;
    const auto add_name = [&](const std::string& name) {
        const auto known = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == name; });
        known == names.end() ? void(names.emplace_back(name, 1)) : void(++known->second);
    };
    std::ifstream file(root / "proc/cpuinfo");
    std::string implementer;
    for (std::string line; std::getline(file, line);) {
        const size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string key(trimmed(line.substr(0, colon))), value(trimmed(line.substr(colon + 1)));
        if (key == "processor") ++processors.count;
        if (key == "CPU implementer") implementer = value;
        if (key == "CPU part") add_name(core_name(implementer, value));
        // 32-bit Arm kernels say "ARMv7 Processor rev 4 (v7l)", which tells less than the part does.
        if (key == "model name" && !value.starts_with("ARM")) add_name(value);
        if (key != "flags" && key != "Features") continue;
        std::istringstream list(value);
        for (std::string word; list >> word;) words.insert(word);
    }
    processors.names = with_counts(names);
    for (const char* feature : kFeatures)
        if (words.contains(feature)) processors.features.emplace_back(feature);
    return processors;
}

double load_average(const fs::path& root) {
    std::ifstream file(root / "proc/loadavg");
    double load = 0;
    return file >> load && load >= 0 ? load : -1;
}

}  // namespace katago
