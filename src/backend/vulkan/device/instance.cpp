// SPDX-License-Identifier: MIT
#include "backend/vulkan/device/instance.h"

#include <dlfcn.h>

#include <algorithm>

#include "backend/vulkan/device/describe_device.h"
#include "core/error.h"
#include "core/text.h"

namespace katago::vulkan {

namespace {

void* open_library(const std::string& name) {
    void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* const why = dlerror();
        throw BackendError("vulkan: " + (why != nullptr ? std::string(why) : name + " cannot be opened"));
    }
    return library;
}

VkInstance create_instance(PFN_vkGetInstanceProcAddr find) {
    const auto enumerate_version =
        reinterpret_cast<PFN_vkEnumerateInstanceVersion>(find(nullptr, "vkEnumerateInstanceVersion"));
    const auto create = reinterpret_cast<PFN_vkCreateInstance>(find(nullptr, "vkCreateInstance"));
    uint32_t version = VK_API_VERSION_1_0;
    if (enumerate_version != nullptr) check(enumerate_version(&version), "asking for the version");
    if (create == nullptr || version < VK_API_VERSION_1_1)
        throw BackendError("vulkan: the library knows Vulkan " + version_text(version) + ", wanted: 1.1 or newer");
    VkApplicationInfo application{};
    application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
    application.pApplicationName = "katago";
    application.apiVersion = VK_API_VERSION_1_1;
    VkInstanceCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
    info.pApplicationInfo = &application;
    VkInstance instance = nullptr;
    check(create(&info, nullptr, &instance), "opening the driver");
    return instance;
}

}  // namespace

Instance::Instance(const std::string& library) : library_(open_library(library)) {
    try {
        const auto find = reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library_, "vkGetInstanceProcAddr"));
        if (find == nullptr) throw BackendError("vulkan: " + library + " has no function vkGetInstanceProcAddr");
        handle_ = create_instance(find);
        functions_ = find_instance_functions(handle_, find);
    } catch (...) {
        dlclose(library_);
        throw;
    }
}

Instance::~Instance() {
    if (kept_open_) return;
    functions_.destroy_instance(handle_, nullptr);
    dlclose(library_);
}

std::vector<PhysicalDevice> Instance::devices() const {
    uint32_t count = 0;
    check(functions_.enumerate_physical_devices(handle_, &count, nullptr), "counting devices");
    std::vector<VkPhysicalDevice> handles(count);
    check(functions_.enumerate_physical_devices(handle_, &count, handles.data()), "listing devices");
    std::vector<PhysicalDevice> devices;
    for (uint32_t i = 0; i < count; ++i) {
        std::optional<PhysicalDevice> device = describe_device(functions_, handles[i]);
        if (!device) continue;
        device->info.index = static_cast<int>(devices.size());
        devices.push_back(std::move(*device));
    }
    return devices;
}

const PhysicalDevice& choose_device(const std::vector<PhysicalDevice>& devices, const std::string& wanted) {
    if (devices.empty()) throw BackendError("vulkan: the driver offers no device that can compute");
    if (wanted.empty()) {
        const auto rank = [](const PhysicalDevice& device) {
            return device.info.never_by_auto ? 0 : device.is_discrete ? 2 : 1;
        };
        return *std::max_element(
            devices.begin(), devices.end(),
            [&](const PhysicalDevice& left, const PhysicalDevice& right) { return rank(left) < rank(right); });
    }
    const std::optional<int> index = parse_int(wanted);
    std::string names;
    for (const PhysicalDevice& device : devices) {
        if (index ? device.info.index == *index
                  : lower_case(device.info.name).find(lower_case(wanted)) != std::string::npos)
            return device;
        names += (names.empty() ? "" : ", ") + std::to_string(device.info.index) + ": " + device.info.name;
    }
    throw BackendError("vulkan: there is no device '" + wanted + "'; there are: " + names);
}

}  // namespace katago::vulkan
