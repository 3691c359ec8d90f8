// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace katago {

// A limit of this process as `ulimit` sets it, by the kernel's name: "Max address space", in bytes. Nothing: unlimited,
// or unknown. Read below `root`, which tests make up.
std::optional<int64_t> process_limit(const std::string& name, const std::filesystem::path& root = "/");

}  // namespace katago
