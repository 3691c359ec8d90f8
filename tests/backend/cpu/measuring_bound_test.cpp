// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/small_net.h"
#include "backend/tuning_folder.h"

using namespace katago;
using test_nets::small_net;

namespace {

// Starts with one tuning folder, whose clock moves by a second with each shape that is measured.
class Starts {
  public:
    // Loads a network and returns how many shapes were measured.
    int start(double seconds, int stop_at = -1) {
        int measured = 0;
        double now = 0;
        LoadOptions options = kept();
        options.time = std::make_shared<MeasuringTime>(seconds, [&now] { return now; });
        options.progress = [&](int, int) {
            if (measured == stop_at) options.time->stop();
            ++measured, now += 1;
        };
        loaded = backend.load(graph, options);
        report = options.time->report().value_or("");
        return measured;
    }
    LoadOptions kept() const {
        LoadOptions options;
        options.precision = Precision::Auto;
        options.tuning_folder = folder.path();
        return options;
    }
    int shapes_kept() const { return backend.kept_tuning(graph, kept()).measured; }

    TuningFolder folder;
    Graph graph = small_net();
    CpuBackend backend;
    std::shared_ptr<const LoadedModel> loaded;
    std::string report;
};

}  // namespace

TEST_CASE("cpu tuning: without time nothing is measured or kept, and the usual kernels compute") {
    Starts starts;
    CHECK(starts.start(0) == 0);
    CHECK_FALSE(std::filesystem::exists(starts.folder.path()));
    LoadOptions usual = starts.kept();
    usual.tuning_folder.clear();
    CHECK(starts.loaded->description() == starts.backend.load(starts.graph, usual)->description());
    CHECK(starts.report.find("left to the next start") != std::string::npos);
}

TEST_CASE("cpu tuning: a start with too little time keeps what it measured, and the next one goes on") {
    Starts starts;
    CHECK(starts.start(1) == 1);
    CHECK(starts.shapes_kept() == 1);
    CHECK(starts.report.find("conv3x3") == std::string::npos);  // the heaviest was measured
    CHECK(starts.start(1) == 1);
    CHECK(starts.shapes_kept() == 2);
    CHECK(starts.report.find("left to") == std::string::npos);
    CHECK(starts.start(1) == 0);
    CHECK(starts.report.empty());
}

TEST_CASE("cpu tuning: with time enough all is measured at once") {
    Starts starts;
    CHECK(starts.start(20) == 2);
    CHECK(starts.shapes_kept() == 2);
}

TEST_CASE("cpu tuning: a start that is stopped keeps the shapes that it has finished") {
    Starts starts;
    CHECK_THROWS_AS(starts.start(20, /*stop_at=*/1), MeasuringStopped);
    CHECK(starts.shapes_kept() == 1);
    CHECK(starts.start(20) == 1);
}
