// SPDX-License-Identifier: MIT
#include "backend/vulkan/tune/linear_tuning.h"

#include <doctest/doctest.h>

#include "backend/tuning_file.h"
#include "backend/tuning_folder.h"
#include "backend/vulkan/test_device.h"
#include "nn/random_net.h"

using namespace katago;
using namespace katago::vulkan;

TEST_CASE("vulkan tuning: products are measured once, kept, and chosen by what was measured") {
    const std::shared_ptr<const Device>& device = test_vulkan::shared_device();
    if (!device) return;
    test_nets::RandomNet net(3);
    const Graph graph = net.build(net.conv(net.conv(net.planes, 32, 3), 32, 3));
    const TuningFolder folder;
    int asked = 0;
    LoadOptions options;
    options.tuning_folder = folder.path();
    options.progress = [&](int, int) { ++asked; };
    // Small tiles, which a software device compiles fast.
    std::vector<LinearKernel> kernels = linear_kernels(device->capabilities(), false);
    std::erase_if(kernels,
                  [](const LinearKernel& kernel) { return kernel.tile_rows * kernel.tile_channels > 32 * 64; });
    LinearChoices choices(kernels);
    tune_linear(device, graph, false, options, choices);
    CHECK(asked > 0);
    REQUIRE(folder.files() == 1);
    const LinearShape shape{9, 32, 32};
    const std::string measured = choices.kernel(shape, LinearChoices::kFewPoints).name;
    const bool is_winograd = choices.is_winograd(32, 32);

    asked = 0;
    LinearChoices again(kernels);
    tune_linear(device, graph, false, options, again);
    CHECK(asked == 0);
    CHECK(again.kernel(shape, LinearChoices::kFewPoints).name == measured);
    CHECK(again.is_winograd(32, 32) == is_winograd);

    options.measure_again = true;
    tune_linear(device, graph, false, options, again);
    CHECK(asked > 0);
}

TEST_CASE("vulkan tuning: a kernel that the driver refuses is told and not chosen") {
    bool refuses = false;
    static PFN_vkCreateComputePipelines create;
    const std::shared_ptr<const Device> device = test_vulkan::open_device([&](DeviceFunctions& functions) {
        create = functions.create_pipelines;
        functions.create_pipelines = [](VkDevice handle, VkPipelineCache cache, uint32_t count,
                                        const VkComputePipelineCreateInfo* info, const VkAllocationCallbacks* memory,
                                        VkPipeline* made) {
            // The first constant of a SIMT kernel are its lanes side by side.
            const VkSpecializationInfo* const constants = info->stage.pSpecializationInfo;
            const bool is_wide = constants != nullptr && constants->dataSize > 0 &&
                                 *static_cast<const uint32_t*>(constants->pData) == 16;
            return is_wide ? VK_ERROR_OUT_OF_HOST_MEMORY : create(handle, cache, count, info, memory, made);
        };
        refuses = true;
    });
    if (!device) return;
    REQUIRE(refuses);
    test_nets::RandomNet net(3);
    const Graph graph = net.build(net.conv(net.planes, 16, 1));
    const TuningFolder folder;
    std::string told;
    LoadOptions options;
    options.tuning_folder = folder.path();
    options.log = [&](const std::string& line) { told += line; };
    std::vector<LinearKernel> kernels = linear_kernels(device->capabilities(), false);
    std::erase_if(kernels, [](const LinearKernel& kernel) { return kernel.tile_rows != 32; });
    LinearChoices choices(kernels);
    tune_linear(device, graph, false, options, choices);
    CHECK(told.find("The kernel simt_32x64x16_b1 cannot be used") != std::string::npos);
    CHECK(choices.kernel({1, 16, 16}, LinearChoices::kFewPoints).constants[0] == 8);
}
