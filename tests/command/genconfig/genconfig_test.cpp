// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "command/genconfig/board_profile.h"
#include "command/genconfig/config_text.h"
#include "command/genconfig/genconfig.h"
#include "command/genconfig/genconfig_questions.h"
#include "command/genconfig/subcommand.h"
#include "command/gtp/gtp_settings.h"
#include "command/tiny_model.h"
#include "core/config.h"
#include "core/error.h"

using namespace katago;

namespace {

std::string run(const TinyModel& folder, const std::string& answers) {
    std::istringstream in(answers);
    std::ostringstream out;
    const std::vector<std::string> arguments = {"-model", folder.model(), "-output", folder.file("new.cfg")};
    CHECK(run_genconfig(arguments, {in, out, out}) == 0);
    return out.str();
}

Config written(const TinyModel& folder) {
    return Config::from_file(folder.file("new.cfg"));
}

}  // namespace

TEST_CASE("genconfig: asks in KataGo's order, measures, and writes what gtp reads") {
    const TinyModel folder("genconfig");
    // Rules, a limit (none, Enter), pondering, memory, visits for tuning, seconds per move.
    const std::string out = run(folder, "japanese\nn\n\nn\n\n2\n5\n");
    for (const char* heading : {"RULES", "SEARCH LIMITS", "GPUS AND RAM", "PERFORMANCE TUNING", "TUNING NOW", "DONE"})
        CHECK_MESSAGE(out.find("\n" + std::string(heading) + "\n") != std::string::npos, heading);
    CHECK(out.find(" numSearchThreads!\n") != std::string::npos);
    CHECK(out.find("gtp -model '" + folder.model() + "' -config '" + folder.file("new.cfg") + "'") !=
          std::string::npos);
    const Config config = written(folder);
    CHECK(nice_name(rules_from_config(config)) == "Japanese");
    CHECK(!config.contains("maxVisits"));
    CHECK(!config.contains("maxTime"));
    CHECK(config.get_bool("ponderingEnabled") == false);
    CHECK(config.get_choice("nnPrecision", "auto|fp32") != "");
    CHECK(config.get_int("numSearchThreads", {1, 4096}) >= 1);
    CHECK(config.contains("logAllGTPCommunication"));
    CHECK(config.contains("resignThreshold"));
    CHECK(read_gtp_settings(config).player.search.num_threads >= 1);
}

TEST_CASE("genconfig: wrong answers are asked again, limits are written") {
    const TinyModel folder("genconfig-again");
    const std::string out =
        run(folder, "martian\nchinese\nmaybe\nyes\nminutes\nvisits\n0\n1234\ny\n90\n-1\n0.5GB\n3\n\n");
    CHECK(out.find("Please answer y or n\n") != std::string::npos);
    CHECK(out.find("Could not parse rules: martian") != std::string::npos);
    const Config config = written(folder);
    CHECK(config.get_string("maxVisits") == "1234");
    CHECK(config.get_string("maxTimePondering") == "90");
    CHECK(config.get_bool("ponderingEnabled"));
    CHECK(config.get_string("nnCacheSizePowerOfTwo") == "17");
}

TEST_CASE("genconfig: a file that exists is overwritten only after a yes, and its threads may be kept") {
    const TinyModel folder("genconfig-exists");
    write_file(folder.file("new.cfg"), "numSearchThreads = 77\n");
    run(folder, "no\n");
    CHECK(read_file(folder.file("new.cfg")) == "numSearchThreads = 77\n");
    const std::string out = run(folder, "Y\naga\ny\nseconds\n\nn\n1\ny\n");
    CHECK(out.find("TUNING NOW") == std::string::npos);
    CHECK(written(folder).get_string("numSearchThreads") == "77");
    CHECK(written(folder).get_string("maxTime") == "10");
}

TEST_CASE("genconfig: on a known board the board's profile is the beginning, and what it offers") {
    const TinyModel folder("genconfig-board");
    const std::filesystem::path root = folder.file("root");
    std::filesystem::create_directories(root / "proc/device-tree");
    write_file(root / "proc/device-tree/model", std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31));
    std::istringstream in("chinese\ny\nvisits\n\nn\n\n2\n5\n");
    std::ostringstream out;
    const std::vector<std::string> arguments = {"-model", folder.model(), "-output", folder.file("new.cfg")};
    CHECK(run_genconfig_on(arguments, {in, out, out}, root) == 0);
    CHECK(out.str().find("This is a Raspberry Pi 4 Model B Rev 1.4: ") != std::string::npos);
    CHECK(out.str().find("Visits per move? (default 100)") != std::string::npos);
    const Config config = written(folder);
    CHECK(config.get_string("maxVisits") == "100");
    CHECK(config.get_string("maxTreeMemoryMB") == "192");
    CHECK(config.get_string("nnCacheSizePowerOfTwo") == "15");
    CHECK(nice_name(rules_from_config(config)) == "Chinese");
    CHECK(read_file(folder.file("new.cfg")).find("configs/rpi4.cfg") != std::string::npos);
}

TEST_CASE("board profiles: found by the names that device trees give") {
    const auto name = [](std::string_view model) {
        const BoardProfile* profile = profile_of_board(model);
        return profile ? profile->name : std::string_view("none");
    };
    CHECK(name("Raspberry Pi 3 Model B Plus Rev 1.3") == "rpi3");
    CHECK(name("Raspberry Pi Zero 2 W Rev 1.0") == "rpi3");
    CHECK(name("Raspberry Pi 400 Rev 1.0") == "rpi4");
    CHECK(name("Raspberry Pi Compute Module 4 Rev 1.0") == "rpi4");
    CHECK(name("Raspberry Pi 5 Model B Rev 1.0") == "rpi5");
    CHECK(name("NVIDIA Jetson Orin Nano Developer Kit") == "jetson");
    CHECK(name("NVIDIA Jetson Xavier NX Developer Kit") == "jetson");
    CHECK(name("Raspberry Pi Model B Rev 2") == "none");
    CHECK(name("") == "none");
}

TEST_CASE("board profiles: gtp takes every setting of every profile") {
    for (const BoardProfile& profile : board_profiles()) {
        CAPTURE(profile.name);
        const Config config = Config::from_text(profile.config, std::string(profile.name));
        const GtpSettings settings = read_gtp_settings(config);
        CHECK(settings.player.has_limit);
        // Where a graphics unit may compute, the number of threads follows from what does.
        const bool has_graphics = profile.name == "jetson";
        CHECK(config.contains("numSearchThreads") == !has_graphics);
        CHECK(config.get_string("nnBackend") == (has_graphics ? "auto" : "cpu"));
        if (!has_graphics) CHECK(settings.player.search.num_threads == 4);
        CHECK(settings.player.search.max_tree_memory_mb > 0);
        rules_from_config(config);
        for (const char* key : {"nnPrecision", "nnCacheSizePowerOfTwo"}) CHECK(config.contains(key));
        CHECK(config.unused_keys().empty());
    }
}

TEST_CASE("genconfig: where the input ends nothing is written") {
    const TinyModel folder("genconfig-end");
    std::istringstream in("japanese\nn\n");
    std::ostringstream out;
    const std::vector<std::string> arguments = {"-model", folder.model(), "-output", folder.file("new.cfg")};
    CHECK_THROWS_AS(run_genconfig(arguments, {in, out, out}), IoError);
    CHECK(!std::filesystem::exists(folder.file("new.cfg")));
}

TEST_CASE("genconfig: the cache's size follows from the memory as in KataGo") {
    constexpr double kGb = 1024.0 * 1024 * 1024;
    CHECK(cache_power_for(3 * kGb) == 20);
    CHECK(cache_power_for(1 * kGb) == 18);
    CHECK(cache_power_for(0) == 10);
}

TEST_CASE("config text: changes settings and leaves comments alone") {
    ConfigText text("# about a\na = 1\n# b = 2\nab = 3\n");
    text.set("a", "5");
    text.set("b", "6");
    text.comment_out("ab");
    text.comment_out("zz");
    CHECK(text.text() == "# about a\na = 5\nb = 6\n# ab = 3\n");
    text.replace("a", "x = 1\ny = 2");
    CHECK(text.text() == "# about a\nx = 1\ny = 2\nb = 6\n# ab = 3\n");
}
