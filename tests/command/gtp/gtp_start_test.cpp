// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>

#include "command/gtp/subcommand.h"
#include "command/gtp/transcripts.h"
#include "core/machine.h"
#include "play/player_settings.h"

using namespace katago;

namespace {

// What stands on stderr after a start with these overrides and `quit`.
std::string start(const std::string& overrides) {
    std::istringstream in("quit\n");
    std::ostringstream out;
    std::ostringstream err;
    const std::string config = (transcripts::model().parent_path().parent_path() / "gtp/gtp.cfg").string();
    const std::vector<std::string> arguments = {"-model",           transcripts::model().string(),  "-config", config,
                                                "-override-config", "nnPrecision=fp32," + overrides};
    CHECK(run_gtp(arguments, {in, out, err}) == 0);
    CHECK(out.str() == "= \n\n");
    return err.str();
}

}  // namespace

TEST_CASE("gtp: the lines that clients wait for come in KataGo's order") {
    if (transcripts::model().empty()) return;
    const auto lines = transcripts::lines_of(start("startupPrintMessageToStderr=true,defaultBoardSize=13,typo=1"));
    REQUIRE(lines.size() == 11);
    CHECK(lines[0] == "KataGo v1.17.2");
    CHECK(lines[1] == "Using TrompTaylor rules initially, unless GTP/GUI overrides this");
    CHECK(lines[2] == "Initializing board with boardXSize 13 boardYSize 13");
    CHECK(lines[3] == "--------------");
    CHECK(lines[5].starts_with("WARNING: Unused key 'typo'"));
    CHECK(lines[7].starts_with("Loaded config "));
    CHECK(lines[7].ends_with("gtp.cfg and/or command-line and query overrides"));
    CHECK(lines[8] == "Loaded model " + transcripts::model().string());
    CHECK(lines[9] == "Model name: g170-b6c96-s175395328-d26788732");
    CHECK(lines[10] == "GTP ready, beginning main protocol loop");
}

TEST_CASE("gtp: start-up messages can be switched off, all but the board's size") {
    if (transcripts::model().empty()) return;
    CHECK(start("startupPrintMessageToStderr=false") == "Initializing board with boardXSize 19 boardYSize 19\n");
}

TEST_CASE("gtp: more threads than cores are cut down with a warning, unless a command sets them") {
    if (transcripts::model().empty()) return;
    const std::string cores = std::to_string(usable_cores());
    CHECK(start("numSearchThreads=1000")
              .find("WARNING: numSearchThreads = 1000 exceeds the cores of this machine, "
                    "using " +
                    cores + "\n") != std::string::npos);
    const std::string out = transcripts::run_gtp(
                                "kata-get-param numSearchThreads\nkata-set-param numSearchThreads 1000\n"
                                "kata-get-param numSearchThreads\n",
                                "numSearchThreads=1000")
                                .out;
    CHECK(out == "= " + cores + "\n\n= \n\n= 1000\n\n");
}

TEST_CASE("gtp: a start warns of a profile that no network uses") {
    if (transcripts::model().empty()) return;
    const std::string warning = "\nWARNING: humanSLProfile is specified as config param but model(s) don't use it: " +
                                transcripts::model().string() + "\n";
    CHECK(start("startupPrintMessageToStderr=true,humanSLProfile=rank_5k").ends_with(warning));
    CHECK(start("startupPrintMessageToStderr=true").find("humanSLProfile") == std::string::npos);
}
