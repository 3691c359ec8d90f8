// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "command/genconfig/config_text.h"
#include "command/gtp/gtp_params.h"
#include "command/gtp/gtp_settings.h"
#include "command/tiny_model.h"
#include "engine/engine.h"
#include "engine/ignored_keys.h"

using namespace katago;

namespace {

// Reads everything that a GTP engine reads. Returns the keys that nobody asked for and that are not ignored knowingly.
std::vector<std::string> unknown_keys(const Config& config) {
    const TinyModel folder("config-keys");
    rules_from_config(config);
    board_size_from_config(config);
    read_gtp_settings(config);
    LogOptions::from_config(config, {});
    const Engine engine(folder.model(), config);
    std::vector<std::string> unknown;
    for (const std::string& key : config.unused_keys())
        if (!reason_to_ignore(key)) unknown.push_back(key);
    return unknown;
}

void check_all_known(const std::string& text) {
    for (const std::string& key : unknown_keys(Config::from_text(text, "test"))) FAIL_CHECK("unknown key " << key);
}

}  // namespace

TEST_CASE("config: every key that KataGo's GTP example sets is known") {
    check_all_known(
        "logDir = gtp_logs\nlogAllGTPCommunication = true\nlogSearchInfo = true\nlogSearchInfoForChosenMove = false\n"
        "logToStderr = false\nrules = tromp-taylor\nallowResignation = true\nresignThreshold = -0.90\n"
        "resignConsecTurns = 3\nmaxVisits = 500\nponderingEnabled = false\nmaxTimePondering = 60.0\nlagBuffer = 1.0\n"
        "numSearchThreads = 6\nsearchFactorAfterOnePass = 0.50\nsearchFactorAfterTwoPass = 0.25\n"
        "searchFactorWhenWinning = 0.40\nsearchFactorWhenWinningThreshold = 0.95\n");
}

TEST_CASE("config: KataGo's keys for the network and the machine are known, with a reason where they do nothing") {
    const TinyModel folder("config-home");
    check_all_known(
        "nnMaxBatchSize = 64\nnnCacheSizePowerOfTwo = 10\nnnMutexPoolSizePowerOfTwo = 17\nnnRandomize = true\n"
        "nnRandSeed = abc\nnnRandSeed0 = abc\nnnForcedSymmetry = 0\nnumNNServerThreadsPerModel = 2\n"
        "numEigenThreadsPerModel = 4\ndeviceToUse = 0\ndeviceToUseThread0 = 0\ndeviceToUseModel0 = 0\n"
        "gpuToUseModel0Thread1 = 1\ncudaDeviceToUseThread0 = 0\ntrtDeviceToUse = 1\nopenclDeviceToUseThread1 = -1\n"
        "cudaGpuToUse = 0\nuseFP16 = auto\ncudaUseFP16 = true\ntrtUseFP16 = auto\nopenclUseFP16-0 = auto\n"
        "inputsUseNHWC = true\ncudaInputsUseNHWC = auto\ncudaUseNHWC = auto\ncudaUse1x1Matmul = true\n"
        "openclTunerFile = a\nopenclReTunePerBoardSize = true\ntrtDumpDebugPlanToDir = b\nmetalDeviceToUse = 0\n"
        "maxBoardSizeForNNBuffer = 19\nmaxBoardXSizeForNNBuffer0 = 19\nmaxBoardYSizeForNNBuffer = 19\n"
        "requireMaxBoardSize = true\ngtpForceMaxNNSize = false\nhomeDataDir = " +
        folder.file("home") +
        "\ndebugSkipNeuralNet = false\n"
        "searchRandSeed = a\nforDeterministicTesting = true\nnodeTableShardsPowerOfTwo = 16\n");
}

TEST_CASE("config: the keys of patterns to avoid and of the analysis engine do not disturb gtp") {
    check_all_known(
        "avoidSgfPatternUtility = 0.1\navoidSgf2PatternDirs = a\navoidSgf3PatternLambda = 1\n"
        "autoAvoidRepeatDir = a\nautoAvoidRepeatSaveChunkSize = 200\navoidRepeatedPatternUtility = 0\n"
        "numSearchThreadsPerAnalysisThread = 16\nlogAllRequests = false\nlogAllResponses = false\n"
        "logErrorsAndWarnings = true\nwarnUnusedFields = true\n");
}

TEST_CASE("config: KaTrain's and OnlineGo's keys are known") {
    check_all_known(
        "reportAnalysisWinratesAs = BLACK\nconservativePass = true\nmaxVisits = 500\nnumSearchThreads = 8\n"
        "nnMaxBatchSize = 96\nnnCacheSizePowerOfTwo = 12\nnnMutexPoolSizePowerOfTwo = 16\nnnRandomize = true\n"
        "lagBuffer = 1.0\nopenclDeviceToUseThread0 = -1\nnumNNServerThreadsPerModel = 1\nlogToStderr = false\n");
}

TEST_CASE("config: KataGo 1.18's own parameter is accepted, kept and told") {
    const std::string key = "excludeTerritoryAdjacentToAtari";
    check_all_known(key + " = auto\n");
    GtpParams params(Config::from_text("", "t"), {});
    CHECK(params.text_of(key) == "\"auto\"");
    const std::vector<std::pair<std::string, std::string>> values = {{key, "true"}};
    params.set(values);
    CHECK(params.text_of(key) == "\"true\"");
}

TEST_CASE("config: the shipped file has no unknown key, also among those that are commented out") {
    const ConfigText shipped(shipped_gtp_config());
    std::istringstream lines(shipped.text());
    std::string active;
    std::vector<std::string> commented;
    for (std::string line; std::getline(lines, line);) {
        active += line + "\n";
        const size_t equals = line.find(" = ");
        if (line.starts_with("# ") && equals != std::string::npos && line.find(' ', 2) == equals)
            commented.push_back(line.substr(2));
    }
    check_all_known(active);
    CHECK(commented.size() > 10);
    for (const std::string& line : commented) {
        // Targets of the log exclude each other; only their names matter here.
        const Config config = Config::from_text(line + "\n", "line");
        INFO(line);
        CHECK(unknown_keys(config).empty());
    }
}

TEST_CASE("config: the seed is searchRandSeed's, else forDeterministicTesting's, else another every time") {
    const TinyModel folder("config-seed");
    const auto seed = [&](const std::string& text) {
        return Engine(folder.model(), Config::from_text(text, "test")).seed();
    };
    const uint64_t named = seed("searchRandSeed = a\n"), fixed = seed("forDeterministicTesting = true\n");
    CHECK(seed("forDeterministicTesting = true\n") == fixed);
    CHECK(seed("searchRandSeed = a\nforDeterministicTesting = true\n") == named);
    CHECK(seed("searchRandSeed = b\n") != named);
    CHECK(seed("") != seed("forDeterministicTesting = false\n"));
}

TEST_CASE("config: a key with a typing error is told apart from one that is ignored") {
    CHECK(unknown_keys(Config::from_text("maxVisitz = 1\ncudaFoo = 1\n", "t")) ==
          std::vector<std::string>{"maxVisitz"});
}
