// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"

// A GTP engine for tests: commands go in as one text, everything it writes comes out as another.
namespace transcripts {

// The reference's b6c96 network; empty where it is missing (the test then returns).
std::filesystem::path model();

struct Output {
    std::string out;
    std::string err;
};

// Runs the command loop over `input` with the transcripts' configuration and `overrides`, the data folder's paths
// relative as the transcripts were made.
Output run_gtp(const std::string& input, const std::string& overrides = "");

// The text without what follows "HASH: ".
std::string without_hashes(const std::string& text);
// Split at line ends.
std::vector<std::string> lines_of(const std::string& text);
// Split at spaces and line ends.
std::vector<std::string> words_of(const std::string& text);

}  // namespace transcripts
