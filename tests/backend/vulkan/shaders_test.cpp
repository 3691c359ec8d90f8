// SPDX-License-Identifier: MIT
#include "backend/vulkan/shaders/shaders.h"

#include <doctest/doctest.h>

#include <set>

using namespace katago;

TEST_CASE("vulkan shaders: every variant in the program is aligned SPIR-V 1.3 of its own name") {
    std::set<std::string_view> names;
    for (const auto& [name, words] : vulkan::spirv_variants()) {
        CAPTURE(name);
        CHECK(names.insert(name).second);
        CHECK(reinterpret_cast<uintptr_t>(words.data()) % alignof(uint32_t) == 0);
        REQUIRE(words.size() > 5);
        CHECK(words[0] == 0x07230203);
        CHECK(words[1] == 0x00010300);
        CHECK(vulkan::spirv(name).data() == words.data());
    }
    CHECK(names.contains("read_input_f32"));
    CHECK(names.contains("read_input_f16"));
}

TEST_CASE("vulkan shaders: a name that is in no table is a bug") {
    CHECK_THROWS(vulkan::spirv("read_input_f64"));
}
