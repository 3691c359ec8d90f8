// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "command/benchmark/subcommand.h"
#include "command/tiny_model.h"
#include "core/error.h"
#include "count_of.h"
#include "engine/benchmark_positions.h"

using namespace katago;

namespace {

struct Result {
    std::string out, err;
};

Result run(int (*command)(std::span<const std::string>, const Streams&), const std::vector<std::string>& arguments) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(command(arguments, {in, out, err}) == 0);
    return {out.str(), err.str()};
}

}  // namespace

TEST_CASE("benchmark: measures and recommends") {
    const TinyModel folder("benchmark");
    const std::string model = folder.model();
    const Result list = run(run_benchmark, {"-model", model, "-v", "8", "-n", "2", "-t", "1,2", "-boardsize", "9"});
    CHECK(list.out.find("Loaded model " + model) != std::string::npos);
    CHECK(list.out.find("\nTesting using 8 visits.\n") != std::string::npos);
    CHECK(list.out.find("\nTesting different numbers of threads (board size 9x9): \n") != std::string::npos);
    CHECK(list.out.find("numSearchThreads =  2: 2 / 2 positions, visits/s = ") != std::string::npos);
    CHECK(list.out.find(" (EloDiff baseline)\n") != std::string::npos);
    CHECK(count_of(list.out, "(recommended)") == 1);
    CHECK(list.out.find(" P (P, one core's") != std::string::npos);
    CHECK(list.out.find("\nPeak memory: ") != std::string::npos);
    // No progress where nobody looks: neither carriage returns nor escapes.
    CHECK(list.err.empty());
    CHECK(list.out.find('\r') == std::string::npos);

    const Result tuned = run(run_benchmark, {"-model", model, "-v", "4", "-n", "1", "-boardsize", "7", "-tune"});
    CHECK(tuned.out.find("(board size 7x7): \nPossible numbers of threads to test: 1, ") != std::string::npos);
    CHECK(tuned.out.find("\nOrdered summary of results: \n\nnumSearchThreads =") != std::string::npos);

    const Result json = run(run_benchmark, {"-model", model, "-v", "4", "-n", "1", "-t", "1", "-json"});
    const auto record = nlohmann::json::parse(json.out);
    CHECK(record["recommendedNumSearchThreads"] == 1);
    CHECK(record["results"][0]["visitsPerSec"] > 0);
    CHECK(record["boardXSize"] == 19);
    CHECK(record["peakMemoryMB"] > 1);
}

TEST_CASE("benchmark: contradictory or impossible flags are refused") {
    const TinyModel folder("benchmark-flags");
    for (const auto& flags : std::vector<std::vector<std::string>>{{"-v", "1"},
                                                                   {"-t", "x"},
                                                                   {"-t", "0"},
                                                                   {"-boardsize", "5"},
                                                                   {"-time", "0"},
                                                                   {"-sgf", "a.sgf", "-boardsize", "9"},
                                                                   {"-t", "1", "-tune"},
                                                                   {"-fixed-batch-size", "2", "-half-batch-size"}}) {
        std::vector<std::string> arguments = {"-model", folder.model()};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        std::istringstream in;
        std::ostringstream out;
        CHECK_THROWS_AS(run_benchmark(arguments, {in, out, out}), UsageError);
    }
}

TEST_CASE("benchmarknn: prints the reference's lines and fields, and ours") {
    const TinyModel folder("benchmarknn");
    const std::string model = folder.model();
    const Result text = run(run_benchmarknn, {"-model", model, "-iterations", "5", "-warmup", "1", "-boardsize", "9"});
    CHECK(text.out.starts_with("internal model: tiny\nrevision/backend: KataGo v"));
    for (const char* line : {"\nboard sizes: 9 (NN buffer 9x9)\n", "\nFP16: false\n", "\nbatch size per thread: 1\n",
                             "\nNN server threads: 1\n", "\ntimed iterations per thread: 5\n",
                             "\nthread 0: ", " ms/batch median, ", "\nsum of per-thread median rates: ",
                             "\nwall time of timed region: ", "\noverall throughput (wall): ", "\npeak memory: "})
        CHECK_MESSAGE(text.out.find(line) != std::string::npos, line);

    const Result json =
        run(run_benchmarknn, {"-model", model, "-iterations", "5", "-batch-size", "3", "-threads", "2", "-boardsize",
                              "9,13", "-override-config", "nnPrecision=fp32", "-profile", "-json"});
    const auto record = nlohmann::json::parse(json.out);
    for (const char* field :
         {"modelFile", "modelName", "revision", "boardSizes", "requireExactNNLen", "usingFP16", "batchSize",
          "numThreads", "numIterations", "gpuIdxs", "perThreadMedianMs", "perThreadNNEvalsPerSec",
          "sumMedianNNEvalsPerSec", "actualWallSeconds", "actualWallNNEvalsPerSec"})
        CHECK_MESSAGE(record.contains(field), field);
    CHECK(record["boardSizes"] == nlohmann::json({9, 13}));
    CHECK(record["perThreadMedianMs"].size() == 2);
    CHECK(record["precision"] == "fp32");
    // Every multiply-add of the network is in one of the steps.
    double multiply_adds = 0;
    for (const auto& step : record["profile"]) multiply_adds += step["multiplyAdds"].get<double>();
    CHECK(record["profile"].size() > 5);
    CHECK(multiply_adds > 0);
}

TEST_CASE("benchmarknn: measures a list of batches for as long as is asked, on the backend that is asked for") {
    const TinyModel folder("benchmarknn-batches");
    const Result json = run(run_benchmarknn, {"-model", folder.model(), "-seconds", "0.01", "-batch-size", "2,5",
                                              "-backend", "cpu", "-boardsize", "7", "-json"});
    const auto record = nlohmann::json::parse(json.out);
    CHECK(record["batchSize"] == 2);
    CHECK(record["backend"].get<std::string>().starts_with("cpu: "));
    REQUIRE(record["comparisons"].size() == 2);
    CHECK(record["comparisons"][1]["batchSize"] == 5);
    std::istringstream in;
    std::ostringstream out;
    const std::vector<std::string> both = {"-model", folder.model(), "-seconds", "1", "-iterations", "5"};
    CHECK_THROWS_AS(run_benchmarknn(both, {in, out, out}), UsageError);
}

TEST_CASE("benchmarknn: -compare covers batches and threads") {
    const TinyModel folder("benchmarknn-compare");
    const Result json = run(run_benchmarknn, {"-model", folder.model(), "-iterations", "2", "-warmup", "0",
                                              "-boardsize", "7", "-compare", "-json"});
    const auto record = nlohmann::json::parse(json.out);
    CHECK(record["comparisons"].size() >= 10);
    CHECK(record["comparisons"][4]["batchSize"] == 16);
}
