// SPDX-License-Identifier: MIT
// Drivers that are missing or fail.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "backend/cpu/check_parity.h"
#include "backend/vulkan/test_device.h"
#include "backend/vulkan/test_model.h"
#include "backend/vulkan/vulkan_backend.h"

using namespace test_vulkan;
using test_nets::RandomNet;
using test_parity::Inputs, test_parity::Outputs;

namespace {

constexpr BoardShape kBoard{.height = 5, .width = 5};

Graph small_net() {
    RandomNet net(1);
    return net.build(net.conv(test_parity::stem(net, 12), 9, 3));
}

// What the driver says from some wait on.
std::atomic<int> waits_left = 0;
std::atomic<VkResult> last_word = VK_SUCCESS;
PFN_vkWaitForFences real_wait = nullptr;

VkResult VKAPI_PTR failing_wait(VkDevice device, uint32_t count, const VkFence* fences, VkBool32 all,
                                uint64_t timeout) {
    if (waits_left.fetch_sub(1) > 0) return real_wait(device, count, fences, all, timeout);
    real_wait(device, count, fences, all, timeout);  // so that nothing is at work when the test ends
    return last_word;
}

VkResult VKAPI_PTR no_memory(VkDevice, const VkMemoryAllocateInfo*, const VkAllocationCallbacks*, VkDeviceMemory*) {
    return VK_ERROR_OUT_OF_DEVICE_MEMORY;
}

}  // namespace

TEST_CASE("vulkan: a library that is missing is told of, and offers no device") {
    const VulkanBackend backend("libvulkan-of-nowhere.so.1");
    CHECK(backend.devices().empty());
    CHECK(backend.description().find("libvulkan-of-nowhere.so.1") != std::string::npos);
    CHECK_THROWS_WITH_AS(backend.load(small_net()), doctest::Contains("libvulkan-of-nowhere.so.1"), BackendError);
}

TEST_CASE("vulkan: a device is chosen by number, by a part of its name, or as the fastest kind") {
    std::vector<vulkan::PhysicalDevice> devices(3);
    for (int i = 0; i < 3; ++i) devices[static_cast<size_t>(i)].info.index = i;
    devices[0].info.name = "llvmpipe", devices[0].info.never_by_auto = true;
    devices[1].info.name = "Small Graphics 600";
    devices[2].info.name = "Big Graphics 9000", devices[2].is_discrete = true;
    CHECK(vulkan::choose_device(devices, "").info.index == 2);
    CHECK(vulkan::choose_device(devices, "0").info.index == 0);
    CHECK(vulkan::choose_device(devices, "small").info.index == 1);
    CHECK(vulkan::choose_device(devices, "GRAPHICS").info.index == 1);
    devices.pop_back();
    CHECK(vulkan::choose_device(devices, "").info.index == 1);
    CHECK_THROWS_WITH_AS(vulkan::choose_device(devices, "7"),
                         "vulkan: there is no device '7'; there are: 0: llvmpipe, 1: Small Graphics 600", BackendError);
    CHECK_THROWS_AS(vulkan::choose_device({}, ""), BackendError);
}

TEST_CASE("vulkan: a device that is lost, or gives no answer, ends the run and every later one") {
    for (const VkResult word : {VK_ERROR_DEVICE_LOST, VK_TIMEOUT}) {
        const Graph graph = small_net();
        const auto device = open_device([](vulkan::DeviceFunctions& functions) {
            real_wait = functions.wait_for_fences;
            functions.wait_for_fences = failing_wait;
        });
        if (!device) return;
        waits_left = 1000;
        const auto model = test_vulkan::model_of(device, graph);
        const auto plan = model->compile(kBoard, 2), other = model->compile(kBoard, 1);
        const Inputs inputs(graph, kBoard, 2);
        Outputs outputs(graph, kBoard, 2);
        plan->run(2, inputs.pointers(), outputs.pointers());
        last_word = word;
        waits_left = 0;
        CHECK_THROWS_WITH_AS(plan->run(1, inputs.pointers(), outputs.pointers()),
                             doctest::Contains(word == VK_TIMEOUT ? "gave no answer within" : "VK_ERROR_DEVICE_LOST"),
                             BackendError);
        CHECK(device->has_failed());
        CHECK_THROWS_WITH_AS(other->run(1, inputs.pointers(), outputs.pointers()), doctest::Contains("failed before"),
                             BackendError);
    }
}

TEST_CASE("vulkan: memory that is exhausted is told of while a network is loaded") {
    const auto device = open_device([](vulkan::DeviceFunctions& functions) { functions.allocate_memory = no_memory; });
    if (!device) return;
    CHECK_THROWS_WITH_AS(test_vulkan::model_of(device, small_net()), doctest::Contains("VK_ERROR_OUT_OF_DEVICE_MEMORY"),
                         BackendError);
    CHECK(!device->has_failed());
}

TEST_CASE("vulkan: plans of one network run from several threads at once") {
    const Graph graph = small_net();
    const auto device = open_device();
    if (!device) return;
    const auto model = test_vulkan::model_of(device, graph);
    const Inputs inputs(graph, kBoard, 3);
    Outputs wanted(graph, kBoard, 3);
    model->compile(kBoard, 3)->run(3, inputs.pointers(), wanted.pointers());
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            const auto plan = model->compile(kBoard, 3);
            for (int run = 0; run < 20; ++run) {
                Outputs found(graph, kBoard, 3);
                plan->run(3, inputs.pointers(), found.pointers());
                if (found.rows != wanted.rows) ++wrong;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}
