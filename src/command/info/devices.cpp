// SPDX-License-Identifier: MIT
#include "command/info/devices.h"

namespace katago {

std::string devices_text(BackendTable table) {
    std::string text;
    bool has_devices = false;
    for (const Backend* backend : table) {
        text += "Backend " + backend->name() + ": " + backend->description() + "\n";
        for (const DeviceInfo& device : backend->devices()) {
            has_devices = true;
            text += "  nnDevice = " + std::to_string(device.index) + ": " + device.name + "; " + device.details +
                    (device.never_by_auto ? "; nnBackend = auto never takes it" : "") + "\n";
        }
    }
    if (!has_devices) text += "No graphics device is found; katago doctor says what may be missing.\n";
    return text;
}

nlohmann::ordered_json devices_json(BackendTable table) {
    nlohmann::ordered_json backends = nlohmann::ordered_json::array();
    for (const Backend* backend : table) {
        nlohmann::ordered_json devices = nlohmann::ordered_json::array();
        for (const DeviceInfo& device : backend->devices())
            devices.push_back({{"nnDevice", device.index},
                               {"name", device.name},
                               {"details", device.details},
                               {"identity", device.identity},
                               {"takenByAuto", !device.never_by_auto}});
        backends.push_back({{"name", backend->name()}, {"description", backend->description()}, {"devices", devices}});
    }
    return {{"backends", backends}};
}

}  // namespace katago
