// SPDX-License-Identifier: MIT
#include "backend/cpu/isa/instruction_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/system/processors.h"
#include "environment_variable.h"

using namespace katago;
using namespace katago::cpu;

namespace {

std::vector<std::string_view> keys_with(const std::string& features) {
    const EnvironmentVariable set("KATAGO_CPU_FEATURES", features);
    std::vector<std::string_view> keys;
    for (const InstructionSet& of_cpu : available_instruction_sets()) keys.push_back(of_cpu.key);
    return keys;
}

constexpr std::string_view kAllKeys[] = {"avx512vnni", "avx512",    "avxvnni", "avx2",    "sse41",
                                         "neon-dot",   "neon-fp16", "neon",    "portable"};

}  // namespace

TEST_CASE("instruction sets: a key of this build leaves the sets from there on") {
    const std::vector<std::string_view> all = keys_with("");
    REQUIRE(!all.empty());
    for (size_t i = 0; i < all.size(); ++i) {
        CAPTURE(std::string(all[i]));
        CHECK(keys_with(std::string(all[i])) == std::vector<std::string_view>(all.begin() + i, all.end()));
    }
}

TEST_CASE("instruction sets: all keys are accepted on every processor, those of others as its best or least") {
    const std::vector<std::string_view> all = keys_with("");
    const bool arm = std::ranges::any_of(all, [](std::string_view key) { return key.starts_with("neon"); });
    for (const std::string_view key : kAllKeys) {
        CAPTURE(std::string(key));
        const std::vector<std::string_view> left = keys_with(std::string(key));
        REQUIRE(!left.empty());
        CHECK(left.back() == all.back());
        const bool of_arm = key.starts_with("neon"), of_x86 = key.starts_with("avx") || key == "sse41";
        if (!arm && of_arm) CHECK(left.size() == 1);
        if (arm && of_x86) CHECK(left == all);
        if (key == "portable") CHECK(left.size() == 1);
    }
}

TEST_CASE("instruction sets: x86 has those whose features the system tells of") {
    // An emulated processor of another kind sees what this machine's system tells of its own.
#ifdef __x86_64__
    constexpr bool kIsX86 = true;
#else
    constexpr bool kIsX86 = false;
#endif
    const std::vector<std::string> features = read_processors().features;
    if (!kIsX86 || std::ranges::count(features, "sse2") == 0) {
        MESSAGE("skipped: no x86, or a system that tells nothing of it");
        return;
    }
    struct Row {
        std::string_view key;
        std::vector<std::string> features;
        bool always_told = true;  // Linux calls it by this name since before it had C++20 compilers
    };
    const Row rows[] = {{"avx512vnni", {"avx2", "fma", "avx512f", "avx512_vnni"}},
                        {"avxvnni", {"avx2", "fma", "avx_vnni"}, /*always_told=*/false},
                        {"avx2", {"avx2", "fma"}},
                        {"sse41", {"sse4_1"}}};
    const std::vector<std::string_view> keys = keys_with("");
    for (const Row& row : rows) {
        CAPTURE(std::string(row.key));
        const bool told = std::ranges::all_of(
            row.features, [&](const std::string& feature) { return std::ranges::count(features, feature) > 0; });
        const bool has = std::ranges::count(keys, row.key) > 0;
        if (told || row.always_told) CHECK(has == told);
    }
}

TEST_CASE("instruction sets: an unknown key is an error that lists those there are") {
    std::string message;
    try {
        keys_with("sse9");
    } catch (const UsageError& error) {
        message = error.what();
    }
    CHECK(message.starts_with("KATAGO_CPU_FEATURES is 'sse9', must be one of "));
    for (const std::string_view key : kAllKeys) {
        CAPTURE(std::string(key));
        CHECK(message.find(std::string(key)) != std::string::npos);
    }
}
