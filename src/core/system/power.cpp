// SPDX-License-Identifier: MIT
#include "core/system/power.h"

#include <fstream>
#include <map>

#include "core/system/system_files.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// The word behind `name` in a line; empty where it is not there: "2" of "pmode:0002", "MAXN" of "ID=0 NAME=MAXN >".
std::string value_in(const std::string& line, const std::string& name) {
    const size_t at = line.find(name);
    if (at == std::string::npos) return "";
    const size_t start = at + name.size();
    return line.substr(start, line.find_first_of(" \t>", start) - start);
}

std::string without_zeros(const std::string& number) {
    const size_t start = number.find_first_not_of('0');
    return number.empty() || start != std::string::npos ? number.substr(start == std::string::npos ? 0 : start) : "0";
}

}  // namespace

std::optional<JetsonMode> read_jetson_mode(const fs::path& root) {
    std::ifstream settings(root / "etc/nvpmodel.conf");
    if (!settings) return std::nullopt;
    std::map<std::string, std::string> modes;  // names by number
    std::string usual;
    for (std::string line; std::getline(settings, line);) {
        if (line.find("POWER_MODEL ID=") != std::string::npos) modes[value_in(line, "ID=")] = value_in(line, "NAME=");
        if (line.find("PM_CONFIG DEFAULT=") != std::string::npos) usual = value_in(line, "DEFAULT=");
    }
    // "pmode:0002 fmode:quiet", of the last change; the file is missing where there was none.
    const std::string set = without_zeros(value_in(first_line(root / "var/lib/nvpmodel/status"), "pmode:"));
    JetsonMode mode;
    mode.id = set.empty() ? usual : set;
    for (const auto& [id, name] : modes) {
        if (id == mode.id)
            mode.name = name;
        else
            mode.others.push_back(id + " (" + name + ")");
    }
    mode.unlimited = mode.name.starts_with("MAXN");
    return mode;
}

bool runs_on_battery(const fs::path& root) {
    for (const fs::path& supply : entries_of(root / "sys/class/power_supply"))
        if (first_line(supply / "type") == "Battery" && first_line(supply / "scope") != "Device" &&
            first_line(supply / "status") == "Discharging")
            return true;
    return false;
}

std::string platform_profile(const fs::path& root) {
    return first_line(root / "sys/firmware/acpi/platform_profile");
}

}  // namespace katago
