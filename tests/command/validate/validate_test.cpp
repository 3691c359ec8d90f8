// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "command/tiny_model.h"
#include "command/validate/subcommand.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/file.h"
#include "nn/format/model_file.h"
#include "nn/format/network_file.h"
#include "report/progress_bar.h"
#include "report/svg_plot.h"

using namespace katago;

namespace {

namespace fs = std::filesystem;

const char* const kGame = "(;SZ[7]KM[9];B[dd];W[ce];B[ee];W[cc];B[cd];W[bd];B[ec];W[be];B[de];W[df])";
const char* const kOther = "(;SZ[9:5];B[cc];W[gc](;B[gd];W[hd])(;B[fb];W[gb]))";

struct Outcome {
    int status = 0;
    std::string out, err;
};

class Fixture {
  public:
    explicit Fixture(const std::string& name) : model_(name) {
        fs::create_directories(games());
        write_file(games() / "game.sgf", kGame);
        write_file(games() / "other <&> name.sgf", kOther);
    }

    Outcome run(const std::vector<std::string>& more) const {
        std::vector<std::string> arguments = {"-model", model_.model(), "-override-config",
                                              "homeDataDir=" + model_.file("home")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        std::istringstream in;
        std::ostringstream out, err;
        Outcome outcome;
        outcome.status = run_validate(arguments, {in, out, err});
        outcome.out = out.str(), outcome.err = err.str();
        return outcome;
    }
    fs::path games() const { return model_.file("games"); }
    std::string file(const std::string& name) const { return model_.file(name); }

  private:
    TinyModel model_;
};

// The program of that name among those that can be run; empty: none.
std::string find_program(const std::string& name) {
    std::istringstream folders(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (fs::exists(fs::path(folder) / name)) return fs::path(folder) / name;
    return "";
}

}  // namespace

TEST_CASE("validate: names that are no UTF-8 become valid JSON and a valid page") {
    const Fixture fixture("validate-bytes");
    write_file(fixture.games() / "\xC4\xE3.sgf", "(;SZ[7]C[\xB5\xDA];B[dd];W[cc];B[ee])");
    write_file(fixture.games() / "bad\xFF.sgf", "(;SZ[7];B[");
    const std::string page_file = fixture.file("p\xE9ge.html");
    const Outcome run = fixture.run({"-precision", "fp32", "-positions", fixture.games().string(), "-exclude",
                                     fixture.games().string() + "/bad\xFF.sgf", "-json", "-report", page_file});
    CHECK(run.status == 0);
    CHECK(nlohmann::json::accept(run.out));
    CHECK(run.err.find("bad\xFF.sgf") == std::string::npos);  // it was excluded
    CHECK(nlohmann::json::accept(nlohmann::json(read_file(page_file)).dump()));
    CHECK_THROWS_WITH_AS(fixture.run({"-report", "/dev/full"}), doctest::Contains("this is a device"), IoError);
}

TEST_CASE("validate: a network against itself agrees in everything, in words and in JSON") {
    const Fixture fixture("validate");
    const Outcome text = fixture.run({"-precision", "fp32", "-positions", fixture.games().string()});
    CHECK(text.status == 0);
    CHECK(text.out.find("top-1 agreement  100.00 %") != std::string::npos);
    CHECK(text.out.find("18 of 2 games, 7x7: 11, 9x5: 7") != std::string::npos);
    const Outcome json = fixture.run({"-precision", "fp32", "-positions", fixture.games().string(), "-json"});
    const auto found = nlohmann::json::parse(json.out);
    CHECK(found["positions"] == 18);
    CHECK(found["top1Agreement"] == 1);
    CHECK(found["policyKL"]["max"] == 0);
    CHECK(found["worst"].size() == 10);
    for (const auto& worst : found["worst"])
        CHECK(worst["model"]["policy"].size() ==
              worst["board"].size() * worst["board"][0].get<std::string>().size() + 1);
    CHECK(found["layers"].size() > 10);
    for (const auto& layer : found["layers"]) CHECK(layer["signalToNoiseDb"] == 150);
    CHECK(found["model"]["fileBytes"].get<uint64_t>() > 0);
    CHECK(found["model"]["millisecondsPerEvaluation"].get<double>() > 0);
}

TEST_CASE("validate: two networks differ, and stated bounds decide the exit status") {
    const Fixture fixture("validate-budget");
    write_file(fixture.file("other.bin"), test_nets::tiny_net(15).bytes);
    const std::vector<std::string> base = {"-against", fixture.file("other.bin"), "-positions",
                                           fixture.games().string()};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), base.begin(), base.end());
        return fixture.run(more);
    };
    const Outcome json = with({"-json", "-max-kl", "1e-9", "-max-kl-p99", "100"});
    CHECK(json.status == 1);
    const auto found = nlohmann::json::parse(json.out);
    CHECK(found["policyKL"]["mean"].get<double>() > 1e-6);
    CHECK(found["policyKL"]["p99"].get<double>() >= found["policyKL"]["mean"].get<double>());
    CHECK(found["budgets"][0]["kept"] == false);
    CHECK(found["budgets"][1]["kept"] == true);
    CHECK(with({"-max-kl", "100", "-max-winrate-error", "100"}).status == 0);
    const Outcome text = with({"-max-score-error-p99", "0", "-min-agreement", "100"});
    CHECK(text.status == 1);
    CHECK(text.out.find("EXCEEDED  -max-score-error-p99") != std::string::npos);
    CHECK_THROWS_WITH_AS(with({"-min-agreement", "0.98"}), doctest::Contains("98 is meant?"), UsageError);
    CHECK_THROWS_AS(with({"-max-kl", "many"}), UsageError);
    CHECK_THROWS_AS(with({"-report", fixture.file("nowhere/page.html")}), IoError);
    CHECK_THROWS_AS(with({"-against-precision", "int4"}), ConfigError);
}

TEST_CASE("validate: leaves out games that were used elsewhere, and damaged ones") {
    const Fixture fixture("validate-exclude");
    fs::create_directories(fixture.file("used"));
    write_file(fs::path(fixture.file("used")) / "copy.sgf", kGame);
    write_file(fixture.games() / "torn.sgf", "(;SZ[9];B[aa");
    const Outcome outcome = fixture.run(
        {"-precision", "fp32", "-positions", fixture.games().string(), "-exclude", fixture.file("used"), "-json"});
    const auto found = nlohmann::json::parse(outcome.out);
    CHECK(found["games"] == 1);
    CHECK(found["excludedGames"] == 1);
    CHECK(found["warnings"].size() == 1);
    CHECK(outcome.err.find("torn.sgf: line 1") != std::string::npos);
    // Without games those of the engine, as many as were asked for, more or less.
    const auto built_in = nlohmann::json::parse(fixture.run({"-count", "30", "-json"}).out);
    CHECK(built_in["positions"].get<int>() >= 25);
    CHECK(built_in["positions"].get<int>() <= 33);
}

TEST_CASE("validate: the games that a quantized file was calibrated with are not used") {
    const Fixture fixture("validate-provenance");
    Model model = read_model(fixture.file("tiny.bin"));
    model.notes["quantization"] =
        R"({"calibrationGames": [{"file": "x.sgf", "sha256": ")" + to_hex(sha256(kOther)) + R"(", "positions": 3}]})";
    const std::string file = fixture.file("quantized.safetensors");
    write_network(file, model);
    const std::vector<std::string> arguments = {"-against", file, "-positions", fixture.games().string(), "-json"};
    const auto found = nlohmann::json::parse(fixture.run(arguments).out);
    CHECK(found["excludedGames"] == 1);
    CHECK(found["games"] == 1);
    CHECK(found["worst"][0]["game"].get<std::string>().ends_with("/game.sgf"));
    model.notes["quantization"] = R"({"calibrationGames": ["x.sgf"]})";
    write_network(file, model);
    CHECK_THROWS_WITH_AS(fixture.run(arguments), doctest::Contains("without sha256"), ModelError);
}

TEST_CASE("validate: the page stands alone, shows any name, and runs without errors in a browser") {
    const Fixture fixture("validate-page");
    write_file(fixture.file("other.bin"), test_nets::tiny_net(15).bytes);
    const std::string page_file = fixture.file("page.html");
    const Outcome outcome = fixture.run({"-against", fixture.file("other.bin"), "-positions", fixture.games().string(),
                                         "-report", page_file, "-max-kl", "1e-9"});
    CHECK(outcome.status == 1);  // and the page is written all the same
    const std::string page = read_file(page_file);
    for (const char* part : {"<!DOCTYPE html>", "prefers-color-scheme: dark", "name=\"viewport\"", "exceeded",
                             "Histogram: policy KL", "other &lt;&amp;&gt; name.sgf", "class=\"board\""})
        CHECK_MESSAGE(page.find(part) != std::string::npos, part);
    for (const char* part : {"http:", "https:", "src=", "@import", "url(", "<&>", "nan", "inf\""})
        CHECK_MESSAGE(page.find(part) == std::string::npos, part);

    const std::string browser = find_program("chromium");
    if (browser.empty()) {
        std::cerr << "skipped: no chromium to render the page of validate with\n";
        return;
    }
    const std::string command = browser + " --headless --no-sandbox --disable-gpu --enable-logging=stderr --dump-dom " +
                                "--user-data-dir=" + fixture.file("browser") + " file://" + page_file + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string seen;
    char buffer[4096];
    for (size_t count; (count = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) seen.append(buffer, count);
    CHECK(WEXITSTATUS(pclose(pipe)) == 0);
    CHECK(seen.find("data-script=\"ready\"") != std::string::npos);  // its last line has run
    CHECK(seen.find("CONSOLE") == std::string::npos);                // what errors and refused loads are logged as
}

TEST_CASE("validate: plots take what measurements may hold") {
    CHECK(histogram_svg({"error", {0, 0}, 0, 0}).find("no difference") != std::string::npos);
    const std::string plot = histogram_svg({"error", {0, 1e-9, 1e-3, 2e-3, 1}, 0.2, 1}).c_str();
    CHECK(plot.find("below 10⁻⁵: 2 positions") != std::string::npos);
    CHECK(plot.find("0.001 to 0.0016: 1 position\"") != std::string::npos);
    CHECK(plot.find("nan") == std::string::npos);
    CHECK(escaped("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    CHECK(power_of_ten(-12) == "10⁻¹²");
    CHECK(power_of_ten(-2) == "0.01");
    CHECK(bars_svg("x", "y", {}).find("<svg") == 0);
}

TEST_CASE("progress bar: parts, numbers and the time left once it can be told") {
    CHECK(progress_bar_text("Comparing", 5, 20, 1) == "Comparing [#####...............] 5 of 20");
    CHECK(progress_bar_text("Comparing", 5, 20, 10) == "Comparing [#####...............] 5 of 20, 0:30 left");
    CHECK(progress_bar_text("Comparing", 20, 20, 10) == "Comparing [####################] 20 of 20, 0:00 left");
}
