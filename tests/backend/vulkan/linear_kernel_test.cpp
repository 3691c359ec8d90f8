// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/linear_kernel.h"

#include <doctest/doctest.h>

using namespace katago::vulkan;

namespace {

// What the driver of an Orin reports.
Capabilities orin() {
    Capabilities device;
    device.fp16_storage = device.fp16_arithmetic = true;
    device.subgroup_size = device.least_subgroup_size = device.most_subgroup_size = 32;
    device.matrix_tiles = {{16, 16, 16}, {16, 8, 16}, {16, 8, 8}};
    device.shared_memory_bytes = 49152, device.workgroup_invocations = 1024;
    return device;
}

// The least that Vulkan allows.
Capabilities smallest() {
    Capabilities device;
    device.shared_memory_bytes = 16384, device.workgroup_invocations = 128;
    return device;
}

PhysicalDevice physical(const Capabilities& capabilities) {
    PhysicalDevice device;
    device.capabilities = capabilities;
    return device;
}

constexpr LinearShape kConv3x3{9, 192, 192};
constexpr uint64_t kOneBoard = 361;

}  // namespace

TEST_CASE("vulkan linear kernels: a matrix unit is used in FP16, with tiles that grow with the batch") {
    const LinearChoices choices(physical(orin()), true);
    CHECK(choices.has_matrix_unit());
    CHECK_FALSE(choices.is_winograd(192, 192));
    CHECK(choices.kernel(kConv3x3, kOneBoard).name == "coopmat_32x64x32_b2");
    CHECK(choices.kernel(kConv3x3, 16 * kOneBoard).name == "coopmat_128x64x32_b2");
    CHECK_FALSE(LinearChoices(physical(orin()), false).has_matrix_unit());
}

TEST_CASE("vulkan linear kernels: without a matrix unit 3x3 convolutions of many channels are Winograd's") {
    const LinearChoices choices(physical(smallest()), false);
    CHECK(choices.is_winograd(192, 192));
    CHECK_FALSE(choices.is_winograd(16, 192));
    CHECK(choices.kernel(kConv3x3, kOneBoard).shader == "linear_simt_f32");
}

TEST_CASE("vulkan linear kernels: a matrix unit of any shape is used where its matrices make up a tile") {
    for (const MatrixTile unit : {MatrixTile{8, 8, 8}, {8, 16, 16}, {16, 16, 16}, {16, 8, 8}}) {
        Capabilities device = orin();
        device.matrix_tiles = {unit};
        CHECK(LinearChoices(physical(device), true).has_matrix_unit());
    }
    Capabilities device = orin();
    device.matrix_tiles = {{64, 64, 16}, {4, 4, 4}};
    CHECK_FALSE(LinearChoices(physical(device), true).has_matrix_unit());
}

TEST_CASE("vulkan linear kernels: all that are offered fit the device") {
    for (const Capabilities& device : {orin(), smallest()}) {
        const std::vector<LinearKernel> kernels = linear_kernels(device, device.fp16_storage);
        REQUIRE(!kernels.empty());
        for (const LinearKernel& kernel : kernels) {
            CAPTURE(kernel.name);
            const uint32_t threads =
                kernel.has_matrix_unit ? kernel.constants[0] : kernel.constants[0] * kernel.constants[1];
            CHECK(threads <= device.workgroup_invocations);
            const uint32_t depth = kernel.constants[kernel.has_matrix_unit ? 9 : 4];
            // Each invocation loads as many times, and fills the tiles with that.
            const uint32_t channels_of_load = kernel.has_matrix_unit ? 8 : 4;
            CHECK(kernel.tile_rows * depth % (channels_of_load * threads) == 0);
            CHECK(kernel.tile_channels * depth % (channels_of_load * threads) == 0);
        }
    }
}

TEST_CASE("vulkan linear kernels: what was measured goes before the guess") {
    LinearChoices choices(physical(orin()), true);
    const LinearKernel* const slow = choices.find("coopmat_128x128x32_b1");
    REQUIRE(slow != nullptr);
    choices.set(kConv3x3, true, *slow);
    choices.set_winograd(192, 192, true);
    CHECK(choices.kernel(kConv3x3, kOneBoard).name == slow->name);
    CHECK(choices.kernel(kConv3x3, 16 * kOneBoard).name != slow->name);
    CHECK(choices.is_winograd(192, 192));
    CHECK(choices.find("coopmat_1x1x1_b1") == nullptr);
}
