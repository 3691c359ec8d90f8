// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace katago {

// What the device tree calls the board, "Raspberry Pi 4 Model B Rev 1.4"; empty where there is none, as on a desktop.
// `root` is where files are looked for, for tests.
std::string board_model(const std::filesystem::path& root = "/");

// Tells when a small board is too hot or badly powered and therefore slow (core/system/slowdowns.h), once for each
// trouble. Finds nothing on other machines. Costs nothing between two looks. One thread at a time.
class BoardHealth {
  public:
    explicit BoardHealth(std::filesystem::path root = "/") : root_(std::move(root)) {}

    // One line, without line end, about troubles not told of before; nothing: all is well, or it is known.
    std::optional<std::string> new_warning();
    // The same, but looks at most once in ten seconds: for callers that ask often.
    std::optional<std::string> new_warning_now_and_then();

  private:
    std::filesystem::path root_;
    std::set<std::string_view> told_;  // what slowdowns are called
    std::optional<std::chrono::steady_clock::time_point> looked_;
};

}  // namespace katago
