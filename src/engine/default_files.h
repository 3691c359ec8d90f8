// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

namespace katago {

// Where files that the command line does not name are looked for.

// The running program, with its whole path; "katago" where the system does not say.
std::filesystem::path executable_file();
// Its folder; the current directory where the system does not say.
std::filesystem::path executable_directory();
// .katago in $HOME, else in the user's home, else in the current directory.
std::filesystem::path home_data_directory();

// default_gtp.cfg beside the program, then in the home data directory.
std::optional<std::filesystem::path> find_default_config();
// default_model.safetensors, .bin.gz, .txt.gz in the same places, else the embedded network. Throws UsageError, which
// says what to do, where there is none.
std::filesystem::path find_default_model();

}  // namespace katago
