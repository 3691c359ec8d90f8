// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "command/tiny_model.h"
#include "command/tune/subcommand.h"
#include "core/error.h"
#include "engine/network_settings.h"

using namespace katago;

namespace {

std::string tune(const TinyModel& model, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"-model", model.model(), "-override-config",
                                          "homeDataDir=" + model.file("home")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::istringstream in;
    std::ostringstream out, err;
    CHECK(run_tune(arguments, {in, out, err}) == 0);
    return out.str();
}

}  // namespace

TEST_CASE("tune: shows kernels, the choice and its distance from FP32, and keeps them") {
    const TinyModel model("tune");
    const std::string text = tune(model, {"-verbose"});
    CHECK(text.find("Against FP32: top-1") != std::string::npos);
    CHECK(text.find("winograd_f32") != std::string::npos);
    const auto first = nlohmann::json::parse(tune(model, {"-json"}));
    const auto second = nlohmann::json::parse(tune(model, {"-json"}));
    CHECK(first == second);  // both read what the first run kept
    CHECK(first["agreement"]["positions"] == 6);
    CHECK(first["kernels"].size() > 1);
    CHECK(nlohmann::json::parse(tune(model, {"-json", "-force"}))["kernels"].size() == first["kernels"].size());
}

TEST_CASE("tune: where the home cannot be written, nothing is said to be kept") {
    const TinyModel model("tune-unwritable");
    write_file(model.file("file"), "");
    std::filesystem::create_symlink("/dev/full", model.file("link"));
    for (const char* home : {"file", "file/below", "link", "/proc"}) {
        CAPTURE(home);
        std::istringstream in;
        std::ostringstream out, err;
        const std::string folder = home[0] == '/' ? home : model.file(home);
        const std::vector<std::string> arguments = {"-model", model.model(), "-override-config",
                                                    "homeDataDir=" + folder};
        CHECK(run_tune(arguments, {in, out, err}) == 0);
        CHECK(out.str().find("\nNot kept: " + folder + "/tuning cannot be written") != std::string::npos);
        CHECK(out.str().find("Kept in") == std::string::npos);
        for (const char* what : {"Measurements of kernels are", "The comparison with FP32 is"}) {
            CAPTURE(what);
            const std::string told = std::string(what) + " not kept: Could not make folder " + folder + "/tuning: ";
            CHECK(err.str().find(told) != std::string::npos);
        }
        std::ostringstream json;
        std::vector<std::string> with_json = arguments;
        with_json.push_back("-json");
        CHECK(run_tune(with_json, {in, json, err}) == 0);
        CHECK(nlohmann::json::parse(json.str())["kept"] == false);
    }
    CHECK(nlohmann::json::parse(tune(model, {"-json"}))["kept"] == true);
    CHECK(nlohmann::json::parse(tune(model, {"-json"}))["kept"] == true);
}

TEST_CASE("precision: nnPrecision wins over useFP16, which is translated") {
    const auto read = [](const char* text) { return read_precision(Config::from_text(text, "t")); };
    CHECK(read("").precision == Precision::Auto);
    CHECK(read("useFP16 = auto").precision == Precision::Auto);
    CHECK(read("useFP16 = true").precision == Precision::Auto);
    CHECK(!read("useFP16 = true").note.empty());
    CHECK(read("useFP16 = false").precision == Precision::Fp32);
    CHECK(read("useFP16 = false\nnnPrecision = int8").precision == Precision::Int8);
    CHECK_THROWS_AS(read("nnPrecision = int4"), ConfigError);
}
