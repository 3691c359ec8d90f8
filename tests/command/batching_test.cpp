// SPDX-License-Identifier: MIT
// Commands with nnBatching, where the processor computes positions of several threads together.
#include <doctest/doctest.h>

#include <sstream>

#include "command/analysis/subcommand.h"
#include "command/benchmark/subcommand.h"
#include "command/gtp/subcommand.h"
#include "command/tiny_model.h"

using namespace katago;

namespace {

struct Output {
    std::string out, err;

    bool says(const std::string& text) const { return err.find(text) != std::string::npos; }
};

using Run = int (*)(std::span<const std::string>, const Streams&);

Output run(Run command, const std::string& input, const std::string& overrides, std::vector<std::string> arguments = {},
           int expected_status = 0) {
    const TinyModel model("batching");
    arguments.insert(
        arguments.end(),
        {"-model", model.model(), "-override-config",
         "nnPrecision=fp32,logToStderr=true,maxVisits=300,homeDataDir=" + model.file("home") + "," + overrides});
    std::istringstream in(input);
    std::ostringstream out, err;
    const int status = command(arguments, {in, out, err});  // apart: CHECK would swallow what it throws
    CHECK(status == expected_status);
    return {out.str(), err.str()};
}

}  // namespace

TEST_CASE("batching: a search may have more threads than cores, and the models tell the batch") {
    const Output output = run(run_gtp,
                              "boardsize 9\nkata-get-param numSearchThreads\nkata-get-models\ngenmove b\n"
                              "kata-benchmark 60\n",
                              "nnBatching=true,nnMaxBatchSize=6,numNNServerThreadsPerModel=1,numSearchThreads=24");
    CHECK(output.out.find("= 24\n") != std::string::npos);
    CHECK(output.out.find("\"maxBatchSize\":6,") != std::string::npos);
    CHECK(output.says("Evaluation: positions of several threads together, up to 6 at a time on each of 1 device"));
    CHECK_FALSE(output.says("exceeds the cores"));
    CHECK_FALSE(output.says("has no effect"));
    const size_t mean = output.out.find("avgBatchSize = ");
    REQUIRE(mean != std::string::npos);
    CHECK(std::stod(output.out.substr(output.out.rfind("avgBatchSize = ") + 15)) > 1);
}

TEST_CASE("batching: where the configuration does not say how many threads, it is twice the batch") {
    const Output output = run(run_gtp, "kata-get-param numSearchThreads\n", "nnBatching=true,nnMaxBatchSize=5");
    CHECK(output.out.find("= 10\n") != std::string::npos);
}

TEST_CASE("batching: without it, the keys of batches have no effect, and the log says so") {
    const Output output =
        run(run_gtp, "kata-get-models\n", "nnMaxBatchSize=6,numNNServerThreadsPerModel=1,numSearchThreads=1");
    CHECK(output.out.find("\"maxBatchSize\":1,") != std::string::npos);
    CHECK(output.says("Config key nnMaxBatchSize has no effect: each search thread evaluates its own positions"));
    CHECK(output.says("Config key numNNServerThreadsPerModel has no effect"));
    CHECK_FALSE(output.says("Evaluation: "));
}

TEST_CASE("batching: values that make no sense are named, and a batch of absurd size is cut") {
    const auto refused = [](const char* overrides, const char* key) {
        const Output refusal = run(run_gtp, "", overrides, {}, /*expected_status=*/1);
        CHECK((refusal.out + refusal.err).find(key) != std::string::npos);
    };
    refused("nnBatching=perhaps", "nnBatching");
    refused("nnBatching=true,nnMaxBatchSize=0", "nnMaxBatchSize");
    refused("nnBatching=true,numNNServerThreadsPerModel=0", "numNNServerThreadsPerModel");
    const Output output = run(run_gtp, "kata-get-models\n", "nnBatching=true,nnMaxBatchSize=5000,numSearchThreads=1");
    CHECK(output.says("nnMaxBatchSize = 5000 cut to 256"));
    CHECK(output.out.find("\"maxBatchSize\":256,") != std::string::npos);
}

TEST_CASE("batching: analysis of many positions fills batches by itself") {
    std::string input;
    for (int i = 0; i < 12; ++i)
        input += R"({"id":")" + std::to_string(i) + R"(","moves":[["B",")" +
                 std::string(1, static_cast<char>('A' + i % 8)) +
                 R"(3"]],"rules":"chinese","boardXSize":9,"boardYSize":9,"maxVisits":40})" + "\n";
    const Output output = run(run_analysis, input, "nnBatching=true,nnMaxBatchSize=8,numNNServerThreadsPerModel=1");
    for (int i = 0; i < 12; ++i) CHECK(output.out.find("\"id\":\"" + std::to_string(i) + "\"") != std::string::npos);
    CHECK(output.says("Analyzing up to 16 positions at a time in parallel"));
    CHECK_FALSE(output.says("WARNING"));
    const size_t mean = output.err.find("NN avg batch size: ");
    REQUIRE(mean != std::string::npos);
    CHECK(std::stod(output.err.substr(mean + 19)) > 1);
}

TEST_CASE("batching: benchmark tries powers of two beyond the cores") {
    const Output output = run(run_benchmark, "", "nnBatching=true,nnMaxBatchSize=2,logToStderr=false",
                              {"-visits", "20", "-numpositions", "1", "-boardsize", "9"});
    CHECK(output.out.find("Possible numbers of threads to test: 1, 2, 4, 8, \n") != std::string::npos);
    CHECK(output.out.find("(recommended)") != std::string::npos);
}
