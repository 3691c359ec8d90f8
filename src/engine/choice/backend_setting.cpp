// SPDX-License-Identifier: MIT
#include "engine/choice/backend_setting.h"

#include <algorithm>

#include "backend/registry.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/choice/device_keys.h"

namespace katago {

namespace {

// The devices that `wanted` names: a number is an index, other text a part of their names. All where it is empty.
std::vector<DeviceInfo> matching(const std::vector<DeviceInfo>& devices, const std::string& wanted) {
    std::vector<DeviceInfo> found;
    const std::optional<int> index = parse_int(wanted);
    for (const DeviceInfo& device : devices)
        if (index ? device.index == *index : lower_case(device.name).find(lower_case(wanted)) != std::string::npos)
            found.push_back(device);
    return found;
}

[[noreturn]] void fail_without_match(const WantedDevice& wanted, const std::vector<DeviceInfo>& devices) {
    std::vector<std::string> names;
    for (const DeviceInfo& device : devices) names.push_back(std::to_string(device.index) + " (" + device.name + ")");
    throw ConfigError(wanted.key + " = " + wanted.device + ": there is no such device, only " + join(names, ", "));
}

BackendSetting read_named(const Backend& backend, const WantedDevice& wanted) {
    BackendSetting setting;
    setting.is_auto = false;
    const std::vector<DeviceInfo> devices = backend.devices();
    if (devices.empty()) {  // load() tells where one is missing
        setting.candidates.push_back({&backend, std::nullopt});
        if (!wanted.key.empty())
            setting.notes.push_back(wanted.key + " = " + wanted.device + " has no effect: backend " + backend.name() +
                                    " has no devices to choose from");
        return setting;
    }
    const std::vector<DeviceInfo> found = matching(devices, wanted.device);
    if (found.empty()) fail_without_match(wanted, devices);
    for (const DeviceInfo& device : found)
        if (!device.never_by_auto) setting.candidates.push_back({&backend, device});
    if (setting.candidates.empty()) setting.candidates.push_back({&backend, found.front()});
    setting.notes = wanted.notes;
    return setting;
}

BackendSetting read_auto(BackendTable table, const WantedDevice& wanted) {
    BackendSetting setting;
    setting.candidates.push_back({table.front(), std::nullopt});
    std::vector<DeviceInfo> all;
    bool is_found = false;
    for (const Backend* backend : table) {
        const std::vector<DeviceInfo> devices = backend->devices();
        all.insert(all.end(), devices.begin(), devices.end());
        for (const DeviceInfo& device : matching(devices, wanted.device)) {
            is_found = true;
            if (!device.never_by_auto)
                setting.candidates.push_back({backend, device});
            else if (!wanted.key.empty())
                setting.notes.push_back(wanted.key + " = " + wanted.device + ": " + device.name +
                                        " is slower than the processor; nnBackend = " + backend->name() +
                                        " takes it all the same");
        }
    }
    if (!all.empty() && !is_found) {
        if (wanted.is_ours) fail_without_match(wanted, all);
        setting = read_auto(table, {});
        setting.notes.push_back(wanted.key + " = " + wanted.device + " has no effect: there is no such device");
        return setting;
    }
    if (all.empty() && !wanted.key.empty())
        setting.notes.push_back(wanted.key + " = " + wanted.device + " has no effect: there is no device");
    if (setting.candidates.size() == 1)
        setting.notes.push_back("No graphics device is worth a trial: the processor computes the network");
    else
        setting.notes.insert(setting.notes.end(), wanted.notes.begin(), wanted.notes.end());
    return setting;
}

}  // namespace

std::string BackendDevice::title() const {
    return backend->name() + (device ? " on " + device->name : "");
}

std::string BackendDevice::text() const {
    if (!device) return backend->name() + ": " + backend->description();
    return backend->name() + ", device " + std::to_string(device->index) + ": " + device->name + ", " + device->details;
}

std::vector<BackendDevice> all_devices(BackendTable table) {
    std::vector<BackendDevice> all;
    for (const Backend* backend : table)
        for (const DeviceInfo& device : backend->devices()) all.push_back({backend, device});
    return all;
}

BackendSetting read_backend_setting(const Config& config, BackendTable table) {
    const WantedDevice wanted = read_device(config);
    const std::string name = config.get_string("nnBackend", "auto");
    BackendSetting setting = name == "auto" ? read_auto(table, wanted) : read_named(find_backend(name, table), wanted);
    setting.processor = table.front();
    return setting;
}

}  // namespace katago
