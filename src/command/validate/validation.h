// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "core/config.h"
#include "eval/agreement.h"
#include "eval/layer_noise.h"
#include "game/history.h"

namespace katago {

// What `validate` is to do.
struct ValidationOptions {
    std::filesystem::path model, against;  // the same file: two precisions of it
    std::string against_precision = "fp32";
    std::string against_backend = "cpu";
    std::vector<std::filesystem::path> positions;  // SGF files and folders; empty: games that come with the engine
    // SGF files and folders of games not to be used, besides those that the networks name as their calibration's.
    std::vector<std::filesystem::path> excluded;
    int count = 1000;
    uint64_t seed = 1;
    int threads = 0;  // 0: as many as suit the evaluators
};

// One of the two networks.
struct ValidatedNetwork {
    std::string file, name;
    std::string precision;    // as asked for
    std::string computes_in;  // what its plans say of themselves; may be empty
    uint64_t file_bytes = 0;
    int64_t weight_bytes = 0;  // in the form in which they are stored in memory or mapped
    int64_t fp32_bytes = 0;    // of the same weights as floats
    double milliseconds = 0;   // of one evaluation on 19x19, one thread, batch 1; median
};

struct PositionSource {
    std::string game;  // the record's file
    int moves = 0;     // made before the position
    BoardSize board;
};

// A position with what both said of it.
struct ComparedPosition {
    BoardHistory history;
    PositionSource source;
    Difference difference;
    std::shared_ptr<const Evaluation> right, found;
};

struct Validation {
    ValidatedNetwork tested, against;
    std::string backend;  // what it says of itself and the machine
    int games = 0, excluded_games = 0;
    uint64_t seed = 0;
    std::vector<std::string> warnings;  // of game records left out
    Agreement agreement;
    std::vector<Difference> differences;  // one a position
    std::vector<PositionSource> sources;  // of them
    std::vector<ComparedPosition> worst;  // by policy KL, the worst first
    std::vector<LayerNoise> layers;       // empty where the two have different layers
    int layer_positions = 0;              // that `layers` rest on
};

// Loads both networks, evaluates all positions with both, measures their layers and speed. `config`: of the tested
// network, its precision in nnPrecision. Shows its progress on `err`. Throws as loading and evaluating do, IoError
// where there are no positions.
Validation validate(const ValidationOptions& options, const Config& config, std::ostream& err);

}  // namespace katago
