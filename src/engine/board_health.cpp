// SPDX-License-Identifier: MIT
#include "engine/board_health.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPause{10};

// Bits of the Raspberry Pi's throttling word. Source: Raspberry Pi documentation, vcgencmd get_throttled. The second
// of each pair stays set until the next boot.
constexpr uint32_t kUnderVoltage = 1u << 0 | 1u << 16;
constexpr uint32_t kCapped = 1u << 1 | 1u << 17;
constexpr uint32_t kThrottled = 1u << 2 | 1u << 18;
constexpr uint32_t kSoftLimit = 1u << 3 | 1u << 19;
// A bit of our own: the kernel itself lowers the clock.
constexpr uint32_t kKernelCooling = 1u << 31;

struct Trouble {
    uint32_t bits;
    std::string_view text;
};
constexpr std::array<Trouble, 5> kTroubles = {{
    {kUnderVoltage, "under-voltage (use the board's own power supply)"},
    {kThrottled, "throttled"},
    {kCapped, "clock lowered"},
    {kSoftLimit, "temperature limit reached (cool the board)"},
    {kKernelCooling, "clock lowered because of heat (cool the board)"},
}};

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

// Folders and files of a folder; none where it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;  // a missing folder is no trouble of the board
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        found.push_back(at->path());
    return found;
}

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
    std::error_code error;
    if (!fs::exists(program, error)) return std::nullopt;
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

uint32_t troubles(const fs::path& root) {
    std::optional<uint32_t> word = throttled_in_sysfs(root);
    if (!word) word = throttled_by_vcgencmd(root);
    uint32_t bits = word.value_or(0);
    if (voltage_alarm(root)) bits |= kUnderVoltage;
    if (kernel_cools(root)) bits |= kKernelCooling;
    return bits;
}

}  // namespace

std::string board_model(const fs::path& root) {
    std::string model = first_line(root / "proc/device-tree/model");
    // The device tree ends its texts with a zero.
    while (!model.empty() && model.back() == '\0') model.pop_back();
    return model;
}

std::optional<std::string> BoardHealth::new_warning() {
    looked_ = std::chrono::steady_clock::now();
    const uint32_t now = troubles(root_);
    std::string text;
    for (const Trouble& trouble : kTroubles) {
        if (!(now & trouble.bits) || (told_ & trouble.bits)) continue;
        text += (text.empty() ? "" : ", ") + std::string(trouble.text);
        told_ |= trouble.bits;
    }
    if (text.empty()) return std::nullopt;
    return "WARNING: this board is slower than it could be, now or at times since it was started: " + text;
}

std::optional<std::string> BoardHealth::new_warning_now_and_then() {
    if (looked_ && std::chrono::steady_clock::now() - *looked_ < kPause) return std::nullopt;
    return new_warning();
}

}  // namespace katago
