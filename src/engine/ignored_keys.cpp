// SPDX-License-Identifier: MIT
#include "engine/ignored_keys.h"

namespace katago {

namespace {

// A key, or all keys that begin with it, and the reason.
struct IgnoredKey {
    std::string_view name;
    bool is_prefix;
    std::string_view reason;
};

constexpr std::string_view kOtherBackend = "it belongs to a backend that is not in this engine";
constexpr std::string_view kNoBatches =
    "each search thread evaluates its own positions, there is no queue to batch (nnBatching = true makes one)";
constexpr std::string_view kNoBuffer = "evaluations always have exactly the board's size";
constexpr std::string_view kNoPatterns =
    "gtp and analysis avoid the moves of avoidSgfPatternDirs, avoidSgf2PatternDirs and so on, without gaps";
constexpr std::string_view kNoRecording =
    "the engine does not collect its own games: avoidSgfPatternDirs can name a folder of them";
constexpr std::string_view kAnalysis = "it is for the analysis engine";

constexpr IgnoredKey kIgnored[] = {
    {"cuda", true, kOtherBackend},
    {"trt", true, kOtherBackend},
    {"opencl", true, kOtherBackend},
    {"metal", true, kOtherBackend},
    {"onnx", true, kOtherBackend},
    {"coreml", true, kOtherBackend},
    {"eigen", true, kOtherBackend},
    {"dummybackend", true, kOtherBackend},
    {"useFP16", true, "the precision is chosen by the backend"},
    {"inputsUseNHWC", true, "the layout is chosen by the backend"},
    {"nnMaxBatchSize", false, kNoBatches},
    {"numNNServerThreadsPerModel", false, kNoBatches},
    {"numEigenThreadsPerModel", false, kNoBatches},
    {"maxBoardSizeForNNBuffer", true, kNoBuffer},
    {"maxBoardXSizeForNNBuffer", true, kNoBuffer},
    {"maxBoardYSizeForNNBuffer", true, kNoBuffer},
    {"requireMaxBoardSize", false, kNoBuffer},
    {"gtpForceMaxNNSize", false, kNoBuffer},
    {"nnMutexPoolSizePowerOfTwo", false, "the cache chooses its locks itself"},
    {"nodeTableShardsPowerOfTwo", false, "the tree chooses its locks itself"},
    {"nnRandSeed", true, "searchRandSeed also seeds the choice of symmetries"},
    {"debugSkipNeuralNet", false, "there is always a network"},
    {"avoidSgf", true, kNoPatterns},
    {"autoAvoidRepeat", true, kNoRecording},
    {"numSearchThreadsPerAnalysisThread", false, kAnalysis},
    {"logAllRequests", false, kAnalysis},
    {"logAllResponses", false, kAnalysis},
    {"logErrorsAndWarnings", false, kAnalysis},
    {"warnUnusedFields", false, kAnalysis},
};

}  // namespace

std::optional<std::string_view> reason_to_ignore(std::string_view key) {
    for (const IgnoredKey& row : kIgnored)
        if (row.is_prefix ? key.starts_with(row.name) : key == row.name) return row.reason;
    return std::nullopt;
}

}  // namespace katago
