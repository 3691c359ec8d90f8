// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "command/benchmark/speed_search.h"
#include "command/benchmark/subcommand.h"
#include "command/tiny_model.h"
#include "core/error.h"
#include "engine/benchmark_positions.h"
#include "report/text_table.h"

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

SearchSpeed speed_of(int threads, double visits_per_second) {
    SearchSpeed speed;
    speed.threads = threads;
    speed.seconds = 1;
    speed.visits = static_cast<int64_t>(visits_per_second);
    return speed;
}

size_t count_of(const std::string& text, const std::string& piece) {
    size_t count = 0;
    for (size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("benchmark: built-in positions exist for every size") {
    for (int length = 7; length <= 19; ++length) {
        const std::vector<BoardHistory> positions = benchmark_positions(length, 10);
        REQUIRE(positions.size() == 10);
        CHECK(positions.back().moves().size() > 15);
        CHECK(positions.back().board().width() == length);
    }
    CHECK_THROWS_AS(benchmark_positions(6, 10), UsageError);
    CHECK_THROWS_AS(benchmark_positions(20, 10), UsageError);
}

TEST_CASE("benchmark: positions of a game record keep its board, komi and moves") {
    const TinyModel folder("benchmark-sgf");
    write_file(folder.file("game.sgf"), "(;GM[1]SZ[9]KM[5.5]HA[2]AB[cc][gg];W[ee];B[ec];W[];B[])");
    const std::vector<BoardHistory> positions = benchmark_positions_of(folder.file("game.sgf"), 5);
    REQUIRE(positions.size() == 5);
    CHECK(positions[0].moves().empty());
    CHECK(positions[2].moves().size() == 2);
    CHECK(positions[2].next_player() == Color::White);
    CHECK(positions[4].rules().komi == 5.5f);
    CHECK(positions[4].board().width() == 9);
}

TEST_CASE("benchmark: thread counts to try are 1, 3, 5 times a power of two and the cores") {
    CHECK(thread_candidates(1) == std::vector<int>{1});
    CHECK(thread_candidates(4) == std::vector<int>{1, 2, 3, 4});
    CHECK(thread_candidates(14) == std::vector<int>{1, 2, 3, 4, 5, 6, 8, 10, 12, 14});
}

TEST_CASE("benchmark: the search for threads finds the peak and measures none twice") {
    const std::vector<int> candidates = thread_candidates(64);
    for (const int best : candidates) {
        std::vector<int> tested;
        const auto speeds = search_threads(candidates, 5, [&](int threads) {
            tested.push_back(threads);
            return speed_of(threads, threads <= best ? 1000.0 * threads : 1000.0 * best / threads);
        });
        CHECK(speeds[best_of(speeds, 5)].threads == best);
        CHECK(speeds.size() == tested.size());
        CHECK(tested.size() < candidates.size());
        CHECK(std::is_sorted(speeds.begin(), speeds.end(),
                             [](const auto& a, const auto& b) { return a.threads < b.threads; }));
    }
}

TEST_CASE("benchmark: one line is recommended, in the shape that scripts look for") {
    const std::vector<SearchSpeed> speeds = {speed_of(2, 100), speed_of(4, 180), speed_of(12, 150)};
    const std::string text = comparison_text(speeds, 5);
    CHECK(text.find("if you intend to do a 5 second search: \nnumSearchThreads =  2: (baseline)\n") !=
          std::string::npos);
    CHECK(text.find("\nnumSearchThreads =  4:  +") != std::string::npos);
    CHECK(text.find(" Elo (recommended)\nnumSearchThreads = 12:") != std::string::npos);
    CHECK(count_of(text, "(recommended)") == 1);
}

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

TEST_CASE("benchmarknn: -compare covers batches and threads") {
    const TinyModel folder("benchmarknn-compare");
    const Result json = run(run_benchmarknn, {"-model", folder.model(), "-iterations", "2", "-warmup", "0",
                                              "-boardsize", "7", "-compare", "-json"});
    const auto record = nlohmann::json::parse(json.out);
    CHECK(record["comparisons"].size() >= 10);
    CHECK(record["comparisons"][4]["batchSize"] == 16);
}

TEST_CASE("text table: numbers to the right, words to the left") {
    TextTable table({"n", "name", "x"}, 1);
    table.add({"100", "a", "y"});
    table.add({"7", "longer", ""});
    CHECK(table.text() == "  n  name    x\n100  a       y\n  7  longer\n");
}
