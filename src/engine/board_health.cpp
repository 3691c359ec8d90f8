// SPDX-License-Identifier: MIT
#include "engine/board_health.h"

#include "core/system/slowdowns.h"
#include "core/system/system_files.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPause{10};

}  // namespace

std::string board_model(const fs::path& root) {
    std::string model = first_line(root / "proc/device-tree/model");
    // The device tree ends its texts with a zero.
    while (!model.empty() && model.back() == '\0') model.pop_back();
    return model;
}

std::optional<std::string> BoardHealth::new_warning() {
    looked_ = std::chrono::steady_clock::now();
    std::string text;
    for (const Slowdown& slowdown : read_slowdowns(root_)) {
        if (!told_.insert(slowdown.what).second) continue;
        text += (text.empty() ? "" : ", ") + std::string(slowdown.what);
        if (!slowdown.advice.empty()) text += " (" + std::string(slowdown.advice) + ")";
    }
    if (text.empty()) return std::nullopt;
    return "WARNING: this board is slower than it could be, now or at times since it was started: " + text;
}

std::optional<std::string> BoardHealth::new_warning_now_and_then() {
    if (looked_ && std::chrono::steady_clock::now() - *looked_ < kPause) return std::nullopt;
    return new_warning();
}

}  // namespace katago
