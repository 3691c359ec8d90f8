// SPDX-License-Identifier: MIT
#include "core/system/slowdowns.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "core/system/system_files.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// A kind of slowdown with its bit in the Raspberry Pi's throttling word. The bit 16 places higher stays set until the
// next boot. Source: Raspberry Pi documentation, vcgencmd get_throttled.
struct Kind {
    uint32_t bit;
    std::string_view what, advice;
};
constexpr uint32_t kUnderVoltage = 1u << 0;
// A bit of our own: the kernel itself lowers the clock.
constexpr uint32_t kKernelCooling = 1u << 15;
constexpr int kSinceBoot = 16;
constexpr uint32_t kFirmwareBits = 0xf000f;
constexpr std::array<Kind, 5> kKinds = {{
    {kUnderVoltage, "under-voltage", "use the board's own power supply"},
    {1u << 2, "throttled", ""},
    {1u << 1, "clock lowered", ""},
    {1u << 3, "temperature limit reached", "cool the board"},
    {kKernelCooling, "clock lowered because of heat", "cool the board"},
}};

// "50005", "0x50005" or "throttled=0x50005".
std::optional<uint32_t> parse_throttled(std::string_view text) {
    if (const size_t sign = text.find('='); sign != std::string_view::npos) text.remove_prefix(sign + 1);
    if (text.starts_with("0x")) text.remove_prefix(2);
    uint32_t word = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return word;
}

// /sys/devices/platform/soc/soc:firmware/get_throttled; newer boards have an address in both names.
std::optional<uint32_t> throttled_in_sysfs(const fs::path& root) {
    for (const fs::path& bus : entries_of(root / "sys/devices/platform")) {
        if (!bus.filename().string().starts_with("soc")) continue;
        for (const fs::path& device : entries_of(bus))
            if (device.filename().string().ends_with(":firmware"))
                if (const auto word = parse_throttled(first_line(device / "get_throttled"))) return word;
    }
    return std::nullopt;
}

std::optional<uint32_t> throttled_by_vcgencmd(const fs::path& root) {
    const fs::path program = root / "usr/bin/vcgencmd";
    if (!is_there(program)) return std::nullopt;
    const std::string command = "'" + program.string() + "' get_throttled 2>/dev/null </dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 64> text{};
    if (!pipe || !std::fgets(text.data(), text.size(), pipe.get())) return std::nullopt;
    return parse_throttled(text.data());
}

bool voltage_alarm(const fs::path& root) {
    for (const fs::path& monitor : entries_of(root / "sys/class/hwmon"))
        if (first_line(monitor / "name") == "rpi_volt" && first_line(monitor / "in1_lcrit_alarm") == "1") return true;
    return false;
}

// Cooling devices of processors are called thermal-cpufreq-0 or cpufreq-cpu0; 0 means that they do nothing.
bool kernel_cools(const fs::path& root) {
    for (const fs::path& device : entries_of(root / "sys/class/thermal")) {
        const std::string state = first_line(device / "cur_state");
        if (first_line(device / "type").find("cpufreq") != std::string::npos && !state.empty() && state != "0")
            return true;
    }
    return false;
}

}  // namespace

std::vector<Slowdown> read_slowdowns(const fs::path& root) {
    std::optional<uint32_t> word = throttled_in_sysfs(root);
    if (!word) word = throttled_by_vcgencmd(root);
    uint32_t bits = word.value_or(0) & kFirmwareBits;
    if (voltage_alarm(root)) bits |= kUnderVoltage;
    if (kernel_cools(root)) bits |= kKernelCooling;
    std::vector<Slowdown> found;
    for (const Kind& kind : kKinds) {
        const bool now = bits & kind.bit;
        if (now || (bits >> kSinceBoot & kind.bit)) found.push_back({kind.what, kind.advice, now});
    }
    return found;
}

}  // namespace katago
