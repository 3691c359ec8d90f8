// SPDX-License-Identifier: MIT
// Graphics devices that can compute, and where there are none, what their drivers lack.
#include <array>
#include <string>
#include <vector>

#include "command/doctor/checks.h"
#include "core/system/system_files.h"
#include "core/text.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTopic = "graphics";

// The device files of graphics units, of Jetson's own driver too.
std::vector<std::string> device_files(const fs::path& root) {
    std::vector<std::string> found;
    for (const fs::path& device : entries_of(root / "dev/dri"))
        if (const std::string name = device.filename().string(); name.starts_with("renderD"))
            found.push_back("/dev/dri/" + name);
    for (const char* name : {"nvidia0", "nvhost-gpu"})
        if (is_there(root / "dev" / name)) found.push_back("/dev/" + std::string(name));
    return found;
}

// Debian keeps libraries in a folder for each kind of machine.
bool has_vulkan_loader(const fs::path& root) {
    constexpr const char* kLoader = "libvulkan.so.1";
    for (const char* folder : {"usr/lib", "usr/lib64", "lib", "usr/local/lib"}) {
        if (is_there(root / folder / kLoader)) return true;
        for (const fs::path& inner : entries_of(root / folder))
            if (inner.filename().string().find("-linux-") != std::string::npos && is_there(inner / kLoader))
                return true;
    }
    return false;
}

std::vector<std::string> vulkan_drivers(const fs::path& root) {
    std::vector<std::string> found;
    for (const char* folder : {"usr/share/vulkan/icd.d", "etc/vulkan/icd.d"})
        for (const fs::path& driver : entries_of(root / folder))
            if (driver.extension() == ".json") found.push_back(driver.stem().string());
    return found;
}

// No device can be used: says what of a driver is there, and what to install.
void tell_what_lacks(const fs::path& root, Diagnosis& diagnosis) {
    const std::vector<std::string> files = device_files(root);
    if (files.empty()) return diagnosis.ok(kTopic, "no device, and none is needed: the processor computes");
    const bool loader = has_vulkan_loader(root);
    const std::vector<std::string> drivers = vulkan_drivers(root);
    const std::string text = join(files, ", ") + "; libvulkan.so.1 " + (loader ? "is there" : "is missing") +
                             "; Vulkan drivers: " + (drivers.empty() ? "none" : join(drivers, ", ")) +
                             "; this program can use no device: the processor computes";
    if (!loader || drivers.empty())
        return diagnosis.note(kTopic, text,
                              "apt install libvulkan1, and the driver: on a Jetson JetPack brings it, elsewhere apt "
                              "install mesa-vulkan-drivers or the maker's");
    diagnosis.note(
        kTopic, text,
        "katago info -devices says what lacks; the user must be in the groups render and video, and a program "
        "that is linked statically cannot open drivers");
}

}  // namespace

void check_graphics(Patient& patient, Diagnosis& diagnosis) {
    if (patient.devices.empty()) return tell_what_lacks(patient.root, diagnosis);
    for (const BackendDevice& found : patient.devices)
        diagnosis.ok(kTopic, found.backend->name() + ", nnDevice = " + std::to_string(found.device->index) + ": " +
                                 found.device->name + "; " + found.device->details +
                                 (found.device->never_by_auto ? "; nnBackend = auto never takes it" : ""));
}

}  // namespace katago
