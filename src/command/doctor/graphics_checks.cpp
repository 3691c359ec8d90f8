// SPDX-License-Identifier: MIT
// Graphics devices and their drivers: whether they are there, no more.
#include <array>
#include <string>
#include <vector>

#include "command/doctor/checks.h"
#include "core/system/system_files.h"
#include "core/text.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> render_devices(const fs::path& root) {
    std::vector<std::string> found;
    for (const fs::path& device : entries_of(root / "dev/dri"))
        if (const std::string name = device.filename().string(); name.starts_with("renderD"))
            found.push_back("/dev/dri/" + name);
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

}  // namespace

void check_graphics(Patient& patient, Diagnosis& diagnosis) {
    const std::string unused = "this program computes on the processor alone";
    const std::vector<std::string> devices = render_devices(patient.root);
    if (devices.empty()) return diagnosis.ok("graphics", "no device for computing, and none is needed: " + unused);
    const bool loader = has_vulkan_loader(patient.root);
    const std::vector<std::string> drivers = vulkan_drivers(patient.root);
    const std::string text = join(devices, ", ") + "; libvulkan.so.1 " + (loader ? "is there" : "is missing") +
                             "; Vulkan drivers: " + (drivers.empty() ? "none" : join(drivers, ", ")) +
                             "; none of it is used: " + unused;
    if (loader && !drivers.empty()) return diagnosis.ok("graphics", text);
    diagnosis.note("graphics", text, "only for other programs: apt install libvulkan1 mesa-vulkan-drivers");
}

}  // namespace katago
