// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "command/gtp/subcommand.h"
#include "command/gtp/transcripts.h"
#include "core/file.h"

using namespace katago;

namespace {

struct Outcome {
    int status = 0;
    std::string out;
    std::string err;
};

Outcome start(const std::vector<std::string>& arguments, const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const int status = run_gtp(arguments, {in, out, err});
    return {status, out.str(), err.str()};
}

// A file of this test, gone when it goes out of scope.
class ScratchFile {
  public:
    ScratchFile(const std::string& name, const std::string& text)
        : path_(std::filesystem::temp_directory_path() / ("katago-gtp-failed-start-" + name)) {
        write_file(path_, text);
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

void check_failure(const Outcome& outcome, const std::string& reason) {
    CAPTURE(outcome.out);
    CAPTURE(outcome.err);
    CHECK(outcome.status != 0);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.err.starts_with("Uncaught exception: "));
    CHECK(outcome.err.find(reason) != std::string::npos);
    CHECK(outcome.out.find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("gtp_failed_start: each command is answered with the reason until quit") {
    const Outcome outcome =
        start({"-model", "/nowhere/net.bin.gz"}, "name\n\n# comment\n7 list_commands\n8 quit\nname\n");
    const std::string reason = "Could not open file /nowhere/net.bin.gz - does not exist or invalid permissions?";
    check_failure(outcome, reason);
    CHECK(outcome.out ==
          "? KataGo could not start: " + reason + "\n\n?7 KataGo could not start: " + reason + "\n\n=8 \n\n");
}

TEST_CASE("gtp_failed_start: a bad configuration and a damaged network are named") {
    const ScratchFile damaged("damaged.bin.gz", "this is no network");
    const ScratchFile bad_line("line.cfg", "rules = chinese\nnonsense\n");
    const ScratchFile bad_value("value.cfg", "maxVisits = many\n");
    check_failure(start({"-model", damaged.path()}, "name\n"), damaged.path());
    check_failure(start({"-model", damaged.path(), "-config", "/nowhere.cfg"}, "name\n"), "/nowhere.cfg");
    check_failure(start({"-model", damaged.path(), "-config", bad_line.path()}, "name\n"),
                  "Could not parse key value pair, line 2 in '" + bad_line.path() + "'");
    if (transcripts::model().empty()) return;
    check_failure(start({"-model", transcripts::model().string(), "-config", bad_value.path(), "-override-config",
                         "nnPrecision=fp32"},
                        "name\n"),
                  "Could not parse 'many' as int64_t for key 'maxVisits'");
}

TEST_CASE("gtp_failed_start: the end of input ends it, also where nothing was asked") {
    const Outcome outcome = start({"-model", "/nowhere/net.bin.gz"}, "");
    CHECK(outcome.status != 0);
    CHECK(outcome.out.empty());
}
