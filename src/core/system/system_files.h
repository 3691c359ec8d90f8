// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace katago {

// The files in which Linux tells about the machine, in /proc and /sys. In a container, under WSL or on an odd kernel
// any of them may be missing, unreadable or senseless: then there is nothing. Nothing here throws.

// Without its line end; empty: nothing.
std::string first_line(const std::filesystem::path& file);

// The decimal number that the file begins with.
std::optional<int64_t> number_in(const std::filesystem::path& file);

// The number behind `name` in a file of lines "name value".
std::optional<int64_t> number_after(const std::filesystem::path& file, const std::string& name);

// The folders and files of a folder, sorted by name.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

// Whether something of that name is there.
bool is_there(const std::filesystem::path& file);

}  // namespace katago
