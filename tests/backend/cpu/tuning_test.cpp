// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/planner.h"
#include "backend/tuning_file.h"
#include "core/error.h"
#include "core/file.h"
#include "nn/random_net.h"

using namespace katago;
using test_nets::RandomNet;

namespace {

// A folder of its own that goes away with the test.
class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("katago-tuning-test-" + std::to_string(getpid()))) {
        std::filesystem::remove_all(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }
    size_t files() const {
        size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
        return count;
    }

  private:
    std::filesystem::path path_;
};

Graph small_net() {
    RandomNet net(1);
    const NodeId in = net.conv(net.planes, 24, 3);
    return net.build(net.conv(net.conv(in, 40, 3), 24, 1));
}

}  // namespace

TEST_CASE("tuning file: keeps lines, and those of others") {
    const Folder folder;
    const auto file = folder.path() / "sub" / "t.txt";
    TuningFile first(file, "test 1"), second(file, "test 1");
    CHECK(!first.find("a"));
    first.set("a", "1 2");
    first.save();
    second.set("b", "3");
    second.save();
    const TuningFile read(file, "test 1");
    CHECK(read.find("a") == "1 2");
    CHECK(read.find("b") == "3");
}

TEST_CASE("tuning file: another identity or a damaged file counts as empty") {
    const Folder folder;
    const auto file = folder.path() / "t.txt";
    TuningFile written(file, "test 1");
    written.set("a", "1");
    written.save();
    CHECK(!TuningFile(file, "test 2").find("a"));
    std::string content = read_file(file);
    const std::string good = content;
    content[content.find('\t') + 1] = '2';
    for (const std::string& bad : {content, good.substr(0, good.size() / 2), std::string("x"), std::string()}) {
        write_file(file, bad);
        CHECK(!TuningFile(file, "test 1").find("a"));
    }
    TuningFile again(file, "test 1");
    again.set("a", "5");
    again.save();
    CHECK(TuningFile(file, "test 1").find("a") == "5");
}

TEST_CASE("planner: measures each shape of the trunk once and keeps it") {
    const Folder folder;
    const Graph graph = small_net();
    LoadOptions options;
    options.precision = Precision::Auto;
    options.tuning_folder = folder.path();
    int measured = 0;
    options.progress = [&](int, int all) {
        CHECK(all == 2);
        ++measured;
    };
    const CpuBackend backend;
    const auto first = backend.kernel_timings(graph, options);
    CHECK(measured == 2);
    CHECK(folder.files() == 1);
    const auto second = backend.kernel_timings(graph, options);
    CHECK(measured == 2);
    REQUIRE(first.size() == second.size());
    int chosen = 0;
    for (size_t i = 0; i < first.size(); ++i) {
        CHECK(first[i].kernel == second[i].kernel);
        CHECK(first[i].seconds > 0);
        CHECK(first[i].chosen == second[i].chosen);
        chosen += first[i].chosen;
    }
    CHECK(chosen == 2);
    options.measure_again = true;
    CHECK(backend.kernel_timings(graph, options).size() == first.size());
    CHECK(measured == 4);
    CHECK(backend.load(graph, options) != nullptr);
}

TEST_CASE("planner: takes 8-bit weights where memory is short, and says so") {
    for (const cpu::InstructionSet set : cpu::available_instruction_sets()) {
        LoadOptions options;
        options.precision = Precision::Auto;
        std::vector<std::string> lines;
        options.log = [&](const std::string& line) { lines.push_back(line); };
        options.memory_bytes = 1000;
        const bool can = cpu::kernels_for(set).int8_product != nullptr;
        const auto small = CpuBackend(set).load(small_net(), options);
        CHECK(small->saves_memory() == can);
        CHECK(lines.size() == (can ? 1 : 0));
        CHECK((small->description().find("8-bit") != std::string::npos) == can);
        options.memory_bytes = 1 << 30;
        CHECK_FALSE(CpuBackend(set).load(small_net(), options)->saves_memory());
        options.memory_bytes = 1000, options.precision = Precision::Fp32;
        CHECK_FALSE(CpuBackend(set).load(small_net(), options)->saves_memory());
    }
}

TEST_CASE("planner: a folder that cannot be written is reported, not fatal") {
    const Folder folder;
    std::filesystem::create_directories(folder.path());
    write_file(folder.path() / "file", "");
    LoadOptions options;
    options.precision = Precision::Auto;
    options.tuning_folder = folder.path() / "file" / "below";
    std::vector<std::string> lines;
    options.log = [&](const std::string& line) { lines.push_back(line); };
    CHECK(CpuBackend().load(small_net(), options) != nullptr);
    CHECK(lines.size() == 1);
}

TEST_CASE("backend: precisions have names, and plans say what they compute in") {
    for (const Precision precision : {Precision::Auto, Precision::Fp32, Precision::Fp16, Precision::Int8})
        CHECK(parse_precision(name_of(precision), "nnPrecision") == precision);
    CHECK_THROWS_AS(parse_precision("bf16", "nnPrecision"), ConfigError);
    for (const cpu::InstructionSet set : cpu::available_instruction_sets()) {
        LoadOptions options;
        options.precision = Precision::Fp16;
        const CpuBackend backend(set);
        CHECK(backend.load(small_net(), options)->description().find("FP16") != std::string::npos);
        options.precision = Precision::Int8;
        std::vector<std::string> lines;
        options.log = [&](const std::string& line) { lines.push_back(line); };
        const bool can = cpu::kernels_for(set).int8_product != nullptr;
        CHECK((backend.load(small_net(), options)->description().find("8-bit") != std::string::npos) == can);
        CHECK(lines.empty() == can);
    }
}

TEST_CASE("tuning: the fastest kernel is taken, and halves a little behind, since they move less memory") {
    using cpu::ProductKernel;
    const cpu::ProductShape shape{cpu::ProductShape::Kind::Conv3x3, 96, 96};
    const auto chosen = [&](std::vector<cpu::Candidate> candidates) {
        return cpu::fastest_choices({{shape, std::move(candidates)}}).at(shape);
    };
    CHECK(chosen({{ProductKernel::WinogradF32, 2e-4}, {ProductKernel::WinogradS16, 1e-4}}) ==
          ProductKernel::WinogradS16);
    CHECK(chosen({{ProductKernel::WinogradF32, 1.0e-4}, {ProductKernel::WinogradS16, 1.1e-4}}) ==
          ProductKernel::WinogradF32);
    CHECK(chosen({{ProductKernel::WinogradF32, 1.0e-4}, {ProductKernel::WinogradF16, 1.2e-4}}) ==
          ProductKernel::WinogradF16);
    CHECK(chosen({{ProductKernel::WinogradF32, 1.0e-4}, {ProductKernel::WinogradF16, 2.0e-4}}) ==
          ProductKernel::WinogradF32);
}
