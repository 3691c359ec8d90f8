// SPDX-License-Identifier: MIT
#include "engine/choice/backend_choice.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "backend/tuning_folder.h"
#include "core/error.h"
#include "core/file.h"
#include "engine/choice/stub_devices.h"
#include "engine/engine.h"
#include "eval/eval_thread.h"
#include "game/history.h"
#include "nn/format/net_writer.h"

using namespace katago;

namespace {

constexpr double kSeconds = 0.02;

// A slow processor and a device, with a home and a network of its own.
struct Machine {
    Machine() {
        std::filesystem::create_directories(files.path());
        write_file(model_file, test_nets::tiny_net(14).bytes);
        model = read_model(model_file, {});
        cpu.options().seconds = 0.05;
        gpu.options().best_batch = 8;
    }

    Config config(const std::string& text = "") const {
        return Config::from_text("homeDataDir = " + home.string() + "\n" + text, "test");
    }
    BackendChoice choose(const std::string& text = "", ChoiceOptions options = {}) const {
        options.seconds = kSeconds;
        const Config settings = config(text);
        return choose_backend(model, read_backend_setting(settings, table), settings, options);
    }
    // Everything that an engine says to the log, after a choice in little time.
    std::string log_of(const std::string& text) const {
        choose(text);
        const Engine engine(model_file, config(text), {.backends = table});
        std::ostringstream out, err;
        LogOptions plain;
        plain.time_stamp = false;
        Logger log(plain, {&out}, err);
        engine.report(log);
        return out.str();
    }

    TuningFolder files;
    std::filesystem::path home = files.path() / "home", model_file = files.path() / "tiny.bin";
    stub::DeviceBackend cpu{{.name = "cpu"}};
    stub::DeviceBackend gpu{{.devices = {stub::device(0, "Orin")}}};
    std::vector<const Backend*> table = {&cpu, &gpu};
    Model model;
};

bool has(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("backend choice: the faster one is taken and both speeds are told") {
    Machine machine;
    const BackendChoice choice = machine.choose();
    CHECK(choice.chosen.title() == "gpu on Orin");
    CHECK(choice.falls_back);
    CHECK(machine.gpu.last_device == "0");
    CHECK(choice.notes.back().starts_with("gpu on Orin computes; evaluations a second: cpu "));
    CHECK(has(choice.notes.back(), ", gpu on Orin "));

    machine.cpu.options().seconds = 0;
    machine.gpu.options().seconds = 0.3;
    CHECK(machine.choose("", {.measure_again = true}).chosen.title() == "cpu");
}

TEST_CASE("backend choice: measured once for each network, device, driver and precision") {
    Machine machine;
    CHECK(machine.choose("", {.measure = false}).chosen.title() == "cpu");
    CHECK(machine.gpu.loads == 0);
    machine.choose();
    CHECK(machine.cpu.loads == 1);
    CHECK(machine.gpu.loads == 1);
    CHECK(machine.choose().chosen.title() == "gpu on Orin");
    CHECK(machine.choose("", {.measure = false}).chosen.title() == "gpu on Orin");
    CHECK(machine.gpu.loads == 1);
    machine.choose("nnPrecision = fp32\n");
    CHECK(machine.gpu.loads == 2);
    CHECK(machine.gpu.last_precision == Precision::Fp32);
    machine.choose("", {.measure_again = true});
    CHECK(machine.gpu.loads == 3);
    const int before = machine.cpu.loads;
    machine.gpu.options().devices[0].identity = "Orin, driver 2";
    machine.choose();
    CHECK(machine.gpu.loads == 4);
    CHECK(machine.cpu.loads == before);
}

TEST_CASE("backend choice: under auto a device that fails is left out, with the reason") {
    Machine machine;
    machine.gpu.options().fails_at_load = true;
    const BackendChoice at_load = machine.choose();
    CHECK(at_load.chosen.title() == "cpu");
    CHECK(at_load.notes.front() == "gpu on Orin is left out: out of device memory");
    machine.gpu.options().fails_at_load = false;
    machine.gpu.options().fails_at_run = true;
    const std::string log = machine.log_of("");
    CHECK(has(log, "gpu on Orin is left out: the device is lost"));
    CHECK(has(log, "Backend cpu: "));
}

TEST_CASE("backend choice: a device that was chosen once and fails now makes way for the processor") {
    Machine machine;
    machine.choose();
    machine.gpu.options().fails_at_load = true;
    const std::string log = machine.log_of("");
    CHECK(has(log, "gpu on Orin fails, the processor computes instead: out of device memory"));
    CHECK(has(log, "Backend cpu: made up\n"));
}

TEST_CASE("backend choice: a device that is lost in the middle makes way for the processor, and the search goes on") {
    Machine machine;
    const auto is_lost = std::make_shared<std::atomic<bool>>(false);
    machine.gpu.options().is_lost = is_lost;
    machine.choose();
    const BoardHistory start(Board({9, 9}), Color::Black, Rules{});
    EvalOptions options;
    options.symmetry = 0;
    const auto evaluate = [&](Engine& engine) {
        return EvalThread(engine.evaluator(), 1).evaluate(start.board(), start, Color::Black, options);
    };
    std::ostringstream console;
    Engine engine(machine.model_file, machine.config("nnCacheSizePowerOfTwo = -1\n"),
                  {.console = &console, .backends = machine.table});
    REQUIRE(engine.computes_with().title() == "gpu on Orin");
    const auto before = evaluate(engine);
    *is_lost = true;
    const auto after = evaluate(engine);
    CHECK(after->policy == before->policy);
    CHECK(has(console.str(), "the device is lost"));

    Engine by_name(machine.model_file, machine.config("nnCacheSizePowerOfTwo = -1\nnnBackend = cpu\n"),
                   {.backends = machine.table});
    CHECK(evaluate(by_name)->policy == before->policy);
}

TEST_CASE("backend choice: a backend that was asked for fails with its own error") {
    Machine machine;
    machine.gpu.options().fails_at_load = true;
    CHECK_THROWS_WITH_AS(machine.log_of("nnBackend = gpu\n"), "out of device memory", BackendError);
    machine.gpu.options().fails_at_load = false;
    machine.gpu.options().fails_at_run = true;
    CHECK_THROWS_WITH_AS(machine.log_of("nnBackend = gpu\n"), "the device is lost", BackendError);
}

TEST_CASE("backend choice: of several devices of a backend that was asked for the fastest is taken") {
    Machine machine;
    stub::DeviceBackend other({.name = "other", .devices = {stub::device(0, "slow"), stub::device(1, "fast")}});
    machine.table.push_back(&other);
    const BackendChoice choice = machine.choose("nnBackend = other\n");
    CHECK(other.loads == 2);
    CHECK_FALSE(choice.falls_back);
    CHECK(machine.cpu.loads + machine.gpu.loads == 0);
    CHECK(machine.choose("nnBackend = other\nnnDevice = fast\n").chosen.title() == "other on fast");
    CHECK(other.loads == 2);
}

TEST_CASE("backend choice: a device computes in FP16 unless FP32 is asked for, and says how exact it is") {
    Machine machine;
    for (const char* precision : {"auto", "fp16", "int8", "fp32"}) {
        INFO(precision);
        const std::string log = machine.log_of("nnBackend = gpu\nnnPrecision = " + std::string(precision) + "\n");
        const bool is_fp32 = precision == std::string("fp32");
        CHECK(machine.gpu.last_precision == (is_fp32 ? Precision::Fp32 : Precision::Fp16));
        CHECK(has(log, "Backend gpu, device 0: Orin, driver of Orin\n"));
        CHECK(has(log, is_fp32 ? "Precision: FP32 on Orin; against the processor's FP32 top-1 100"
                               : "Precision: FP16 on Orin; against the processor's FP32 top-1 100"));
        CHECK(has(log, "INT8 is the processor's") == (precision == std::string("int8")));
    }
}

TEST_CASE("backend choice: a device that is inexact in FP16 computes in FP32, and one that is so in both does not") {
    Machine machine;
    machine.gpu.options().is_wrong_in_fp16 = true;
    const std::string log = machine.log_of("");
    CHECK(has(log, "Precision: FP32 is taken, because it is inexact in FP16 on Orin"));
    CHECK(machine.gpu.last_precision == Precision::Fp32);

    machine.gpu.options().is_wrong_in_fp32 = true;
    machine.gpu.options().devices[0].identity = "Orin, driver 2";
    CHECK(has(machine.log_of(""), "the processor computes instead: the device computes wrong answers: FP32 on Orin"));
    CHECK_THROWS_AS(machine.log_of("nnBackend = gpu\n"), BackendError);
}

TEST_CASE("backend choice: where nothing can be kept, that is told and all goes on") {
    Machine machine;
    write_file(machine.home.string(), "a file");
    const BackendChoice choice = machine.choose();
    CHECK(choice.chosen.title() == "gpu on Orin");
    CHECK(choice.notes.back().starts_with("The speeds of backends are not kept: "));
}
