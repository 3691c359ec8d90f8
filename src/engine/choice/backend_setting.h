// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "core/config.h"

namespace katago {

// The backends to choose from, the processor's first: backends() of the registry, or a test's own.
using BackendTable = std::span<const Backend* const>;

// What a network can be computed with: a backend, and one of its devices where it has any. A value.
struct BackendDevice {
    const Backend* backend = nullptr;
    std::optional<DeviceInfo> device;  // nothing: the backend computes on the processor, or finds no device

    // "cpu", "vulkan on llvmpipe".
    std::string title() const;
    // The same with what the backend or its device says of itself, one line for a person.
    std::string text() const;
};

// Every device of every backend.
std::vector<BackendDevice> all_devices(BackendTable table);

// What nnBackend and nnDevice allow, KataGo's deviceToUse and its kin translated. A value.
struct BackendSetting {
    bool is_auto = true;
    const Backend* processor = nullptr;  // the table's first
    // Of auto the processor, then every device that it may take; else the devices of the backend that was asked for, a
    // software device only where there is no other. Never empty.
    std::vector<BackendDevice> candidates;
    std::vector<std::string> notes;  // for the log
};
// Looks for devices unless nnBackend names a backend of the processor. Throws UsageError for a backend that does not
// exist, ConfigError for a device that does not, both listing those that do. But under auto a device of KataGo's keys
// that does not exist is only told of: files with them are at work where there is a processor alone.
BackendSetting read_backend_setting(const Config& config, BackendTable table);

}  // namespace katago
