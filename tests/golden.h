// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

// Access to the reference data, which lies beside the repository and is never copied into it.
namespace golden {

// The file `name` of the reference data folder (environment variable KATAGO_TEST_DATA, else ../shared/data beside the
// source tree), or an empty path, with a message on stderr, where it is missing: the test then returns (is skipped).
std::filesystem::path find(const std::string& name);

// Calls `row` with each line of a `.jsonl.gz` or `.jsonl` file. Throws std::runtime_error on a bad file.
void for_each_row(const std::filesystem::path& file, const std::function<void(const nlohmann::json&)>& row);

}  // namespace golden
