// SPDX-License-Identifier: MIT
#include "core/config.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/error.h"
#include "core/file.h"
#include "core/param_table.h"

using namespace katago;

namespace {

Config parse(std::string_view text) {
    return Config::from_text(text, "test.cfg");
}

// A folder of files that is removed again.
class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("katago-config-test-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path_ / "sub");
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::filesystem::path write(const std::string& name, std::string_view text) const {
        write_file(path_ / name, text);
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

struct Settings {
    bool flag = true;
    std::optional<bool> maybe = true;
    int threads = 2;
    int64_t visits = 500;
    float ratio = 0.5F;
    double utility = 1.0;
    std::string text = "none";
    std::string player = "BLACK";
};

constexpr ParamRow<Settings> kRows[] = {
    {"flag", &Settings::flag, "A flag."},
    {"maybe", &Settings::maybe, "Three states."},
    {"threads", &Settings::threads, 1, 64, "Threads."},
    {"visits", &Settings::visits, 1, 1LL << 50, "Visits."},
    {"ratio", &Settings::ratio, 0, 1, "A ratio."},
    {"utility", &Settings::utility, -1, 1, "A utility."},
    {"text", &Settings::text, "Any text."},
    {"player", &Settings::player, "BLACK|WHITE", "A player."},
};

}  // namespace

TEST_CASE("config: reads plain and quoted values, comments and blank lines") {
    const Config config = parse(
        "# comment\n\n  a = 1   # trailing\r\n b=two words  \nc-d_1 = \"x # \\\" \\\\ y \" # note\nlast=no newline");
    CHECK(config.get_string("a") == "1");
    CHECK(config.get_string("b") == "two words");
    CHECK(config.get_string("c-d_1") == "x # \" \\ y ");
    CHECK(config.get_string("last") == "no newline");
    CHECK(config.get_string("missing", "x") == "x");
}

TEST_CASE("config: a malformed line is an error that names file and line") {
    for (const char* line : {"novalue", "a =", "a = # only comment", "= 3", "a b = 3", "a.b = 3", "a = \"open",
                             "a = \"x\" y", "a = \"\"", "a = \"x\\"}) {
        CAPTURE(line);
        CHECK_THROWS_WITH_AS(parse("\n" + std::string(line)), "Could not parse key value pair, line 2 in 'test.cfg'",
                             ConfigError);
    }
    CHECK_THROWS_WITH_AS(parse("a = 1\na = 2"),
                         "Key 'a' + was specified multiple times in test.cfg, you probably didn't mean to do this, "
                         "please delete one of them",
                         ConfigError);
    CHECK_THROWS_AS(parse("@define x"), ConfigError);
    CHECK_THROWS_AS(parse("@include"), ConfigError);
    CHECK_THROWS_WITH_AS(parse("@include /etc/passwd"),
                         "Absolute paths in the included files are not supported yet, line 1 in 'test.cfg'",
                         ConfigError);
}

TEST_CASE("config: included files are read in place; the later value wins") {
    const Folder folder;
    folder.write("sub/deep.cfg", "c = deep\n");
    folder.write("sub/part.cfg", "a = part\nb = part\n@include = \"deep.cfg\"\n");
    const Config config = Config::from_file(folder.write("main.cfg", "a = main\n@include sub/part.cfg\nb = main\n"));
    CHECK(config.get_string("a") == "part");
    CHECK(config.get_string("b") == "main");
    CHECK(config.get_string("c") == "deep");
}

TEST_CASE("config: circular and repeated inclusion is refused") {
    const Folder folder;
    const auto self = folder.write("self.cfg", "@include 'self.cfg'\n");
    CHECK_THROWS_AS(Config::from_file(self), ConfigError);
    folder.write("part.cfg", "a = 1\n");
    CHECK_THROWS_AS(Config::from_file(folder.write("twice.cfg", "@include part.cfg\n@include sub/../part.cfg\n")),
                    ConfigError);
    CHECK_THROWS_AS(Config::from_file(folder.write("gone.cfg", "@include gone-part.cfg\n")), IoError);
}

TEST_CASE("config: a further file replaces keys of earlier ones") {
    const Folder folder;
    Config config = Config::from_file(folder.write("one.cfg", "a = 1\nb = 1\n"));
    config.add_file(folder.write("two.cfg", "b = 2\n"));
    CHECK(config.get_int("a", {0, 9}) == 1);
    CHECK(config.get_int("b", {0, 9}) == 2);
    CHECK(config.name().ends_with("one.cfg"));
}

TEST_CASE("config: overrides set, replace and delete keys") {
    Config config = parse("a = 1\nlogDir = logs\n");
    const auto pairs = config.apply_overrides(" a = 2 ,, b=x=y, logDir=");
    CHECK(pairs.size() == 3);
    CHECK(config.get_string("a") == "2");
    CHECK(config.get_string("b") == "x=y");
    CHECK_FALSE(config.contains("logDir"));
    CHECK(config.name() == "test.cfg and/or command-line and query overrides");
    CHECK_THROWS_WITH_AS(config.apply_overrides("a=1,b"), "Could not parse kv pair, could not find '=' in:b",
                         ConfigError);
}

TEST_CASE("config: an override drops the keys that it excludes") {
    const ExclusiveKeys rules[] = {{"rules", {"koRule", "taxRule"}}};
    Config parts = parse("koRule = SIMPLE\ntaxRule = NONE\nother = 1\n");
    parts.apply_overrides("rules=japanese", rules);
    CHECK_FALSE(parts.contains("koRule"));
    CHECK_FALSE(parts.contains("taxRule"));
    CHECK(parts.contains("other"));
    Config whole = parse("rules = japanese\n");
    whole.apply_overrides("koRule=SIMPLE", rules);
    CHECK_FALSE(whole.contains("rules"));
    CHECK(whole.get_string("koRule") == "SIMPLE");
}

TEST_CASE("config: typed getters accept what KataGo accepts") {
    const Config config =
        parse("t = TRUE\nf = false\ny = Yes\nn = disabled\na = auto\ni = -12\nd = 1e-3\nbig = 1125899906842624\n");
    CHECK(config.get_bool("t"));
    CHECK_FALSE(config.get_bool("f", true));
    CHECK(config.get_bool_or_auto("y") == true);
    CHECK(config.get_bool_or_auto("n") == false);
    CHECK(config.get_bool_or_auto("a") == std::nullopt);
    CHECK(config.get_bool_or_auto("none", true) == true);
    CHECK(config.get_int("i", {-20, 0}) == -12);
    CHECK(config.get_double("d", {0, 1}) == 1e-3);
    CHECK(config.get_float("d", {0, 1}) == 1e-3F);
    CHECK(config.get_int64("big", {1, int64_t{1} << 50}) == int64_t{1} << 50);
    CHECK(config.get_choice("f", "true|false") == "false");
}

TEST_CASE("config: a bad value is an error that names key, value, file and line") {
    const Config config = parse("\nn = abc\nm = 11\nk = BAD\nx = nan\nbool = 1\nhuge = 99999999999\n");
    CHECK_THROWS_WITH_AS(config.get_int("n", {0, 1}),
                         "Could not parse 'abc' as int for key 'n' in config file test.cfg, line 2", ConfigError);
    CHECK_THROWS_WITH_AS(config.get_double("m", {0, 10}),
                         "Key 'm' must be in the range 0 to 10 in config file test.cfg, line 3, but is 11",
                         ConfigError);
    CHECK_THROWS_WITH_AS(config.get_choice("k", "SIMPLE|POSITIONAL"),
                         "Key 'k' must be one of (POSITIONAL|SIMPLE) in config file test.cfg, line 4, but is 'BAD'",
                         ConfigError);
    CHECK_THROWS_AS(config.get_double("x", {0, 1}), ConfigError);
    CHECK_THROWS_AS(config.get_bool("bool"), ConfigError);
    CHECK_THROWS_AS(config.get_int("huge", {0, 100}), ConfigError);
    CHECK_THROWS_AS(config.get_int("m", {0, 10}, 5), ConfigError);
    CHECK_THROWS_WITH_AS(config.get_string("gone"), "Could not find key 'gone' in config file test.cfg", ConfigError);
}

TEST_CASE("config: errors about run-time overrides read as KataGo's do") {
    Config config;
    const std::pair<std::string, std::string> pairs[] = {{"maxVisits", "0"}, {"text", "a,b"}};
    config.apply_overrides(pairs);
    CHECK_THROWS_WITH_AS(config.get_int64("maxVisits", {1, int64_t{1} << 50}),
                         "Key 'maxVisits' must be in the range 1 to 1125899906842624 in config file  and/or "
                         "command-line and query overrides",
                         ConfigError);
    CHECK(config.get_string("text") == "a,b");
}

TEST_CASE("config: keys nobody asked for are reported") {
    const Config config = parse("used = 1\nfoo = 2\nbar = 3\n");
    CHECK(config.contains("used"));
    CHECK(config.unused_keys() == std::vector<std::string>{"bar", "foo"});
    const auto lines = config.unused_key_warning(config.unused_keys());
    REQUIRE(lines.size() == 5);
    CHECK(lines[3] == "WARNING: Unused key 'foo' in test.cfg");
    CHECK(config.unused_key_warning({}).empty());
}

TEST_CASE("param table: sets what the config has, keeps the other defaults") {
    Settings settings;
    const Config config = parse(
        "flag = false\nmaybe = auto\nthreads = 8\nvisits = 1000000000000\nratio = 0.25\nutility = -0.5\ntext = hi\n"
        "player = WHITE\n");
    apply_params<Settings>(kRows, config, settings);
    CHECK_FALSE(settings.flag);
    CHECK(settings.maybe == std::nullopt);
    CHECK(settings.threads == 8);
    CHECK(settings.visits == 1000000000000);
    CHECK(settings.ratio == 0.25F);
    CHECK(settings.utility == -0.5);
    CHECK(settings.text == "hi");
    CHECK(settings.player == "WHITE");
    CHECK(config.unused_keys().empty());

    Settings defaults;
    apply_params<Settings>(kRows, parse("threads = 3\n"), defaults);
    CHECK(defaults.threads == 3);
    CHECK(defaults.visits == 500);
    CHECK_THROWS_AS(apply_params<Settings>(kRows, parse("threads = 65\n"), defaults), ConfigError);
    CHECK_THROWS_AS(apply_params<Settings>(kRows, parse("player = RED\n"), defaults), ConfigError);
    CHECK(find_param<Settings>(kRows, "ratio")->help == "A ratio.");
    CHECK(find_param<Settings>(kRows, "none") == nullptr);
}
