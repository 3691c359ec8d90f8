// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>
#include <vector>

#include "command/gtp/gtp_settings.h"
#include "command/options.h"
#include "command/table.h"
#include "command/version.h"
#include "core/error.h"
#include "engine/ignored_keys.h"

using namespace katago;

namespace {

CommandLine sample_line() {
    CommandLine line{"gtp", "A sample.", engine_options()};
    line.options.push_back({"visits", "v", "N", "Visits.", false});
    return line;
}

Options parse(std::vector<std::string> arguments) {
    return Options::parse(sample_line(), arguments);
}

}  // namespace

TEST_CASE("options: KataGo's single dashes, aliases and repeated options") {
    const Options options = parse({"-model", "m.bin.gz", "-config", "a.cfg", "--config", "b.cfg", "-v", "12"});
    CHECK(options.value("model") == "m.bin.gz");
    CHECK(options.values("config") == std::vector<std::string>{"a.cfg", "b.cfg"});
    CHECK(options.value("visits") == "12");
    CHECK(!options.has("override-config"));
    CHECK(parse({"-help"}).wants_help());
    CHECK(parse({"-version"}).wants_version());
    CHECK(parse({"-model", "a", "--", "-bogus", "stray"}).value("model") == "a");
    CHECK(!parse({"-ignore_rest", "-model", "a"}).has("model"));
}

TEST_CASE("options: what is wrong is said with a usage line") {
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"-bogus"}, {"stray"}, {"-model"}, {"-model", "a", "-model", "b"}, {"-"}, {""}}) {
        try {
            parse(arguments);
            FAIL("accepted");
        } catch (const UsageError& error) {
            const std::string text = error.what();
            CHECK(text.starts_with("PARSE ERROR: Argument: "));
            CHECK(text.find("Brief USAGE: ") != std::string::npos);
        }
    }
}

TEST_CASE("version: network names are shortened as the reference does") {
    CHECK(short_model_name("g170-b6c96-s175395328-d26788732") == "g170-b6c96-s175M");
    CHECK(short_model_name("kata1-b18c384nbt-s9996604416-d4316597426") == "b18c384nbt-s9996M");
    CHECK(short_model_name("b10c384h6nbttflrs") == "b10c384h6nbttflrs");
    CHECK(short_model_name("x-s9999-s10000-s9999999-s10000000") == "x-s9999-s10K-s9999K-s10M");
    std::istringstream in;
    std::ostringstream out;
    CHECK(run_version({}, {in, out, out}) == 0);
    CHECK(out.str().starts_with("KataGo v1.17.2\n"));
}

TEST_CASE("table: every subcommand is found and in the help") {
    const std::string help = general_help("katago");
    for (const Subcommand& subcommand : subcommands()) {
        CHECK(find_subcommand(subcommand.name) == &subcommand);
        CHECK(help.find(std::string(subcommand.name) + " : ") != std::string::npos);
    }
    CHECK(find_subcommand("bogus") == nullptr);
}

TEST_CASE("settings: rules come from a name or from single keys, not from both") {
    const Config single =
        Config::from_text("koRule = SIMPLE\nscoringRule = TERRITORY\nmultiStoneSuicideLegal = false", "t");
    CHECK(nice_name(rules_from_config(single)) == "Japanese");
    CHECK(rules_from_config(single).komi == 6.5f);
    CHECK(nice_name(rules_from_config(Config::from_text("rules = chinese", "t"))) == "Chinese");
    CHECK(nice_name(rules_from_config(Config::from_text("", "t"))) == "TrompTaylor");
    CHECK_THROWS_AS(rules_from_config(Config::from_text("rules = chinese\nkoRule = SIMPLE", "t")), ConfigError);
    CHECK_THROWS_AS(rules_from_config(Config::from_text("rules = martian", "t")), ConfigError);
    CHECK_THROWS_AS(rules_from_config(Config::from_text("koRule = SIMPLE", "t")), ConfigError);
}

TEST_CASE("settings: contradictions are errors") {
    auto read = [](const char* text) { return read_gtp_settings(Config::from_text(text, "t")); };
    CHECK_THROWS_AS(read("allowResignation = true"), ConfigError);
    CHECK_THROWS_AS(read("friendlyPass = true\ncleanupBeforePass = true"), ConfigError);
    CHECK_THROWS_AS(read("reportAnalysisWinratesAs = RED"), ConfigError);
    CHECK_THROWS_AS(read("humanSLChosenMoveProp = 1"), ConfigError);
    CHECK(read("antiMirror = false").player.genmove_anti_mirror == false);
    CHECK(read("").player.search.wide_root_noise == 0);
    CHECK(read("").analysis.wide_root_noise == 0.04);
    CHECK(read("").player.has_limit == false);
    CHECK(read("maxVisits = 5").player.has_limit);
}

TEST_CASE("settings: keys of graphics cards are accepted with a reason") {
    CHECK(reason_to_ignore("cudaUseFP16"));
    CHECK(reason_to_ignore("openclDeviceToUseThread0"));
    CHECK(reason_to_ignore("nnMaxBatchSize"));
    CHECK(!reason_to_ignore("maxVisits"));
    CHECK(!reason_to_ignore("maxVisitz"));
}

TEST_CASE("options: every subcommand answers -help and -version") {
    for (const Subcommand& subcommand : subcommands()) {
        if (subcommand.name == "version") continue;
        std::istringstream in;
        std::ostringstream out;
        const std::string name(subcommand.name);
        CHECK(subcommand.run(std::vector<std::string>{"-help"}, {in, out, out}) == 0);
        CHECK(out.str().starts_with("\nDESCRIPTION: \n\n   "));
        CHECK(out.str().find("\nUSAGE: \n\n   " + name + " ") != std::string::npos);
        out.str("");
        CHECK(subcommand.run(std::vector<std::string>{"-version"}, {in, out, out}) == 0);
        CHECK(out.str().starts_with("\n" + name + "  version: KataGo v"));
    }
}
