// SPDX-License-Identifier: MIT
// How the analysis engine shares threads out where they share batches.
#include <doctest/doctest.h>

#include "command/analysis/analysis_settings.h"

using namespace katago;

namespace {

AnalysisThreads read(const std::string& text, std::optional<int> positions_flag = std::nullopt) {
    ThreadCounts counts;
    counts.useful = counts.usual = 32;
    counts.most = kMostSearchThreads;
    counts.share_batches = true;
    return read_analysis_options(Config::from_text(text, "test"), positions_flag, counts).threads;
}

}  // namespace

TEST_CASE("analysis threads: with batches, the default is as many positions as fill them, or one with all threads") {
    const AnalysisThreads threads = read("");
    CHECK(threads.positions == 32);
    CHECK(threads.per_position == 32);
    CHECK(threads.exceed_useful);
    CHECK(!threads.warning);
}

TEST_CASE("analysis threads: with batches, one number that is given leaves the other to fill them") {
    const AnalysisThreads few = read("numAnalysisThreads = 4");
    CHECK(few.positions == 4);
    CHECK(few.exceed_useful);
    CHECK(read("", 200).positions == 200);
    const AnalysisThreads wide = read("numSearchThreadsPerAnalysisThread = 8");
    CHECK(wide.positions == 4);
    CHECK(wide.per_position == 8);
    CHECK_FALSE(wide.exceed_useful);
    CHECK(read("numSearchThreads = 100").positions == 2);
}

TEST_CASE("analysis threads: with batches, numbers that are given stand, however many cores there are") {
    const AnalysisThreads threads = read("numAnalysisThreads = 12\nnumSearchThreads = 16");
    CHECK(threads.positions == 12);
    CHECK(threads.per_position == 16);
    CHECK_FALSE(threads.exceed_useful);
    CHECK(!threads.warning);
    const AnalysisSettingsReader reader(Config::from_text("numSearchThreads = 16", "test"), threads, ProfileUse{});
    CHECK(reader.base()->params.num_threads == 16);
}
