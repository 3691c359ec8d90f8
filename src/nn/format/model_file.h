// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/file.h"
#include "nn/graph.h"

namespace katago {

// Factors that turn raw outputs into points, squared times and errors. Defaults: files without them (versions below
// 13).
struct OutputMultipliers {
    double td_score = 20, score_mean = 20, score_stdev = 20, lead = 20;
    double variance_time = 40, shortterm_value_error = 0.25, shortterm_score_error = 30;
};

// What a network file says besides its layers.
struct ModelInfo {
    std::string name;       // the name inside the file
    int version = 0;        // 3 to 17
    int input_version = 0;  // of the features: 3 to 7
    std::string sha256;     // of the file as stored, lower-case hex; of a file of our own, of its header
    OutputMultipliers multipliers;
    int meta_encoder_version = 0;           // 0: takes no metadata
    bool pass_alive_under_suicide = false;  // asks for area features as if suicide of several stones were legal
    int num_blocks = 0, trunk_channels = 0;
    int policy_channels = 1;  // of the graph's policy output: 1, 2 or 4
};

struct Model {
    ModelInfo info;
    std::shared_ptr<const Graph> graph;
    // Where it comes from and what is known of it, JSON texts by name; files of our own only (see network_file.h).
    std::map<std::string, std::string> notes;
};

struct ModelReadOptions {
    bool verify = true;  // the sums in files of our own
};

// Reads a network file: KataGo's of versions 3 to 17, in its binary or text form, and files of our own, which stay
// mapped; compressed or not. The content tells which, not the name: browsers unpack files and leave the name. Throws
// IoError (cannot read) or ModelError naming file, layer, what was found and what was wanted, or what a file looks like
// that is no network. Never allocates by an unchecked number of the file. Source: KataGo's network format.
Model read_model(const std::filesystem::path& path, const ModelReadOptions& options = {});

// The name inside a network file, from its first bytes. Nothing where that would take the whole file: what comes
// through a pipe, and compressed files of our own. Throws what read_model() throws, as far as those bytes show it.
std::optional<std::string> read_model_name(const std::filesystem::path& path);

// How a file's blocks of weights are written; tokens are text in both.
enum class WeightForm : uint8_t { Binary, Text };

// Reads a network from the start of `source`, to its end. Errors as read_model() throws them, naming the source.
Model read_model(ByteSource& source, WeightForm form);

}  // namespace katago
