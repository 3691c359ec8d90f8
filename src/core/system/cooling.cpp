// SPDX-License-Identifier: MIT
#include "core/system/cooling.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/system/system_files.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// Kernels count thousandths of a degree, some of boards' makers whole degrees. Nothing where no processor could be so
// cold or hot: sensors that are off say zero, a negative number, or fail.
std::optional<double> celsius_in(const fs::path& file) {
    constexpr int64_t kMostWholeDegrees = 200;
    constexpr double kColdest = 1, kHottest = 150;
    const std::optional<int64_t> value = number_in(file);
    if (!value) return std::nullopt;
    const double celsius = static_cast<double>(*value) / (std::abs(*value) <= kMostWholeDegrees ? 1 : 1000);
    return celsius >= kColdest && celsius <= kHottest ? std::optional(celsius) : std::nullopt;
}

// The lowest temperature at which a zone begins to cool by lowering clocks.
std::optional<double> passive_trip(const fs::path& zone) {
    std::optional<double> lowest;
    for (int number = 0;; ++number) {
        const std::string point = "trip_point_" + std::to_string(number);
        const std::string type = first_line(zone / (point + "_type"));
        if (type.empty()) return lowest;
        const std::optional<double> celsius = celsius_in(zone / (point + "_temp"));
        if (type == "passive" && celsius && (!lowest || *celsius < *lowest)) lowest = celsius;
    }
}

std::vector<Temperature> thermal_zones(const fs::path& root) {
    std::vector<Temperature> found;
    for (const fs::path& zone : entries_of(root / "sys/class/thermal")) {
        if (!zone.filename().string().starts_with("thermal_zone")) continue;
        if (const auto celsius = celsius_in(zone / "temp"))
            found.push_back({first_line(zone / "type"), *celsius, passive_trip(zone)});
    }
    return found;
}

std::vector<Temperature> processor_sensors(const fs::path& root) {
    constexpr std::array kProcessors = {"coretemp", "k10temp", "zenpower", "cpu_thermal"};
    std::vector<Temperature> found;
    for (const fs::path& monitor : entries_of(root / "sys/class/hwmon")) {
        const std::string name = first_line(monitor / "name");
        if (std::find(kProcessors.begin(), kProcessors.end(), name) == kProcessors.end()) continue;
        if (const auto celsius = celsius_in(monitor / "temp1_input")) found.push_back({name, *celsius, std::nullopt});
    }
    return found;
}

}  // namespace

std::vector<Temperature> read_temperatures(const fs::path& root) {
    std::vector<Temperature> found = thermal_zones(root);
    if (found.empty()) found = processor_sensors(root);
    std::stable_sort(found.begin(), found.end(),
                     [](const Temperature& a, const Temperature& b) { return a.celsius > b.celsius; });
    return found;
}

std::vector<ProcessorClock> read_processor_clocks(const fs::path& root) {
    std::vector<ProcessorClock> found;
    for (const fs::path& policy : entries_of(root / "sys/devices/system/cpu/cpufreq")) {
        if (!policy.filename().string().starts_with("policy")) continue;
        const auto khz = [&](const char* name) { return std::max<int64_t>(0, number_in(policy / name).value_or(0)); };
        ProcessorClock clock;
        clock.processors = first_line(policy / "related_cpus");
        clock.now = khz("scaling_cur_freq");
        clock.allowed = khz("scaling_max_freq");
        clock.highest = khz("cpuinfo_max_freq");
        clock.governor = first_line(policy / "scaling_governor");
        const std::string driver = first_line(policy / "scaling_driver");
        clock.scales_alone = driver == "intel_pstate" || driver == "amd-pstate-epp" || driver == "amd_pstate_epp";
        found.push_back(clock);
    }
    return found;
}

}  // namespace katago
