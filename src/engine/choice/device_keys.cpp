// SPDX-License-Identifier: MIT
#include "engine/choice/device_keys.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

#include "core/text.h"

namespace katago {

namespace {

constexpr int kLargestIndex = 1023;  // KataGo's

// A key of KataGo's, taken apart.
struct DeviceKey {
    std::string key;
    int thread = -1;  // -1: all
    bool names_model = false;

    // The first thread's key before those of others, one for it before one for all, one of a model before the others.
    auto order() const { return std::tuple(thread < 0, thread, !names_model, key); }
};

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

// A number after a word, -1 without the word; nothing where no number follows.
std::optional<int> take_numbered(std::string_view& text, std::string_view word) {
    if (!take(text, word)) return -1;
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::optional<int> number = parse_int(text.substr(0, digits));
    text.remove_prefix(digits);
    return number;
}

std::optional<DeviceKey> parse_device_key(std::string_view key) {
    std::string_view rest = key;
    bool has_prefix = false;
    for (const char* prefix : {"cuda", "trt", "opencl", "metal"}) has_prefix = has_prefix || take(rest, prefix);
    const bool is_device = has_prefix ? take(rest, "DeviceToUse") || take(rest, "GpuToUse")
                                      : take(rest, "deviceToUse") || take(rest, "gpuToUse");
    if (!is_device) return std::nullopt;
    const std::optional<int> model = take_numbered(rest, "Model"), thread = take_numbered(rest, "Thread");
    if (!model || !thread || !rest.empty()) return std::nullopt;
    return DeviceKey{std::string(key), *thread, *model >= 0};
}

}  // namespace

WantedDevice read_device(const Config& config) {
    std::vector<DeviceKey> keys;
    for (const auto& [key, value] : config.all())
        if (const auto parsed = parse_device_key(key)) keys.push_back(*parsed);
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
    std::vector<int> indices;
    for (const DeviceKey& key : keys) indices.push_back(config.get_int(key.key, {-1, kLargestIndex}));

    WantedDevice wanted;
    if (const std::string device = config.get_string("nnDevice", ""); !device.empty())
        return {.key = "nnDevice", .device = device, .is_ours = true};
    if (keys.empty() || indices.front() < 0) return wanted;
    wanted.key = keys.front().key;
    wanted.device = std::to_string(indices.front());
    if (std::any_of(indices.begin(), indices.end(), [&](int index) { return index != indices.front(); }))
        wanted.notes.push_back("Several devices are named for the threads of the network; one computes for all: " +
                               wanted.key + " = " + wanted.device);
    return wanted;
}

}  // namespace katago
