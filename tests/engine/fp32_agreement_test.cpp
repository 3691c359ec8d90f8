// SPDX-License-Identifier: MIT
#include "engine/fp32_agreement.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "backend/cpu/cpu_backend.h"
#include "backend/tuning_folder.h"
#include "core/file.h"
#include "engine/choice/stub_devices.h"
#include "nn/format/net_writer.h"

using namespace katago;

namespace {

// Starts of a network with one tuning folder, whose clock moves by a second with each position.
class Starts {
  public:
    explicit Starts(BackendChoice how) : choice(std::move(how)) {
        std::filesystem::create_directories(folder.path());
        const std::filesystem::path file = folder.path() / "tiny.bin";
        write_file(file, test_nets::tiny_net(14).bytes);
        model = read_model(file);
    }

    Agreement start(double seconds) {
        double now = 0;
        LoadOptions options;
        options.precision = choice.chosen.device ? Precision::Fp16 : Precision::Auto;
        options.tuning_folder = folder.path() / "tuning";
        auto loaded = choice.chosen.backend->load(*model.graph, options);
        options.time = std::make_shared<MeasuringTime>(seconds, [&now] { return now; });
        evaluated = 0;
        const Agreement found =
            agreement_with_fp32({model, choice, options, [&](int, int) { ++evaluated, now += 1; }}, loaded);
        CHECK(loaded != nullptr);
        report = options.time->report().value_or("");
        return found;
    }

    TuningFolder folder;
    BackendChoice choice;
    Model model;
    int evaluated = 0;
    std::string report;
};

}  // namespace

TEST_CASE("comparison with FP32: goes on in the next start where the time did not suffice, and is made once") {
    const CpuBackend cpu;
    Starts starts({{&cpu, std::nullopt}, &cpu});
    CHECK(starts.start(0).positions == 0);
    CHECK(starts.evaluated == 0);
    CHECK(starts.start(5).positions == 2);  // the small boards
    CHECK(starts.evaluated == 4);
    CHECK(starts.report.find("left to the next start") != std::string::npos);
    CHECK(starts.report.find("the comparison with FP32 in 4 of 6 positions") != std::string::npos);
    const Agreement all = starts.start(1000);
    CHECK(all.positions == 6);
    CHECK(starts.evaluated == 8);
    const Agreement kept = starts.start(1000);
    CHECK(starts.evaluated == 0);
    CHECK(kept.mean_kl == all.mean_kl);
    CHECK(kept.mean_winrate_error == all.mean_winrate_error);
}

TEST_CASE("comparison with FP32: a device is never taken without one") {
    const CpuBackend cpu;
    stub::DeviceBackend gpu({.devices = {stub::device(0, "Orin")}});
    Starts starts({{&gpu, stub::device(0, "Orin")}, &cpu});
    CHECK(starts.start(0).positions >= 1);
}
