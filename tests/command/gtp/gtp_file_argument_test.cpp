// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_file_argument.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "command/gtp/gtp.h"
#include "command/launch.h"
#include "command/tiny_model.h"
#include "core/error.h"

using namespace katago;
using namespace katago::gtp;

namespace {

namespace fs = std::filesystem;

const std::string kWeiqi = "\xE5\x9B\xB4\xE6\xA3\x8B";  // 围棋

GtpRequest request_of(const std::string& line) {
    GtpRequest request = parse_gtp_request(normalize_gtp_line(line));
    request.typed = typed_arguments(line);
    return request;
}

// What a GTP engine with a tiny network answers, the lines of `input` being its commands.
std::string answers(const TinyModel& model, const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out, err;
    const Streams streams{in, out, err};
    Launch launch;
    launch.model_file = model.model();
    launch.config = Config::from_text("defaultBoardSize = 9\nnnPrecision = fp32\nlogToStderr = false\n", "test");
    const auto log = make_logger(launch, LogOptions{}, streams);
    Engine engine(launch.model_file, launch.config);
    GtpSession session({engine, launch.config, *log, streams, "test"});
    run_gtp_loop(session, in);
    return out.str();
}

}  // namespace

TEST_CASE("gtp files: printsgf and loadsgf keep every byte of a name") {
    const TinyModel model("gtp-files");
    for (const std::string& name :
         {kWeiqi + "1.sgf", "my " + kWeiqi + " game.sgf", std::string("latin-\xE9.sgf"), std::string("two  blanks.sgf"),
          std::string("a#1.sgf"), std::string("it's.sgf"), std::string("tab\there.sgf")}) {
        const std::string file = model.file(name);
        CAPTURE(file);
        CHECK(answers(model, "play b E5\nprintsgf " + file + "\n") == "= \n\n= \n\n");
        CHECK(fs::exists(file));
        const std::string loaded = "= \n\n= ";
        CHECK(answers(model, "loadsgf " + file + "\nprintsgf\n").starts_with(loaded));
        CHECK(answers(model, "12 loadsgf \"" + file + "\" 1 # x\nprintsgf\n").starts_with("=12 \n\n= "));
        CHECK(answers(model, "loadsgf " + file + " 2\r\n") == "= \n\n");
        CHECK(answers(model, "loadsgf " + file + " 0\n") == "? Invalid value for moveNumber for loadsgf\n\n");
        fs::remove(file);
    }
    CHECK(fs::exists(model.model()));
    CHECK(std::distance(fs::directory_iterator(fs::path(model.model()).parent_path()), {}) == 1);
}

TEST_CASE("gtp files: a bad path is what the answer speaks of") {
    const TinyModel model("gtp-bad-files");
    const std::string missing = model.file("no such game.sgf");
    const std::string refused =
        "? Could not load sgf: Could not open file " + missing + " - does not exist or invalid permissions?\n\n";
    for (const std::string& arguments : {missing, missing + " 5", missing + " 0", "\"" + missing + "\"",
                                         "'" + missing + "' 5", "\"" + missing + "\" x"}) {
        CAPTURE(arguments);
        CHECK(answers(model, "loadsgf " + arguments + "\n") == refused);
    }
    CHECK(answers(model, "printsgf " + model.file("none/my game.sgf") + "\n") ==
          "? Could not open or write to file: " + model.file("none/my game.sgf") + "\n\n");
    CHECK(answers(model, "printsgf /dev/full\n") == "? Could not open or write to file: /dev/full\n\n");
}

TEST_CASE("gtp files: names are taken as they stand, or refused") {
    CHECK(read_file_to_write(request_of("printsgf")) == std::nullopt);
    CHECK(read_file_to_write(request_of("printsgf # a comment")) == std::nullopt);
    CHECK(read_file_to_write(request_of("printsgf#/a b")) == std::nullopt);
    CHECK(read_file_to_write(request_of("printsgf /a b/c d # e")) == "/a b/c d");
    CHECK(read_file_to_write(request_of("printsgf my game.SGF")) == "my game.SGF");
    CHECK(read_file_to_write(request_of("printsgf \"a b\" # \"c\"")) == "a b");
    CHECK(read_file_to_write(request_of("\xEF\xBB\xBF"
                                        "7printsgf\t'" +
                                        kWeiqi + " # x'")) == kWeiqi + " # x");
    CHECK_THROWS_WITH_AS(read_file_to_write(request_of("printsgf a b")),
                         "Expected zero or one argument for print but got 'a b'", ProtocolError);
    CHECK_THROWS_AS(read_file_to_write(request_of("printsgf \"a\" b")), ProtocolError);
    CHECK_THROWS_WITH_AS(read_file_to_write(request_of("printsgf \"a b")), doctest::Contains("closing quote"),
                         ProtocolError);
    CHECK_THROWS_AS(read_file_to_write(request_of(std::string("printsgf a\0b", 12))), ProtocolError);

    CHECK(read_file_to_load(request_of("loadsgf /none/a b 5")).file == "/none/a b");
    CHECK(read_file_to_load(request_of("loadsgf /none/a b 5")).number == "5");
    CHECK(read_file_to_load(request_of("loadsgf \"/none/a 7\"")).number == std::nullopt);
    CHECK(read_file_to_load(request_of("loadsgf /none/a b")).file == "/none/a b");
    for (const char* line : {"loadsgf", "loadsgf # x", "loadsgf \"\"", "loadsgf \"a\" 5 6"})
        CHECK_THROWS_WITH_AS(read_file_to_load(request_of(line)),
                             doctest::Contains("Expected one or two arguments for loadsgf"), ProtocolError);
}

TEST_CASE("gtp files: a name that ends in a number is tried whole first") {
    const TinyModel model("gtp-number-files");
    const std::string sgf = "(;SZ[9];B[ee];W[cc])";
    write_file(model.file("game 7"), sgf);
    const FileToLoad whole = read_file_to_load(request_of("loadsgf " + model.file("game 7")));
    CHECK(whole.file == model.file("game 7"));
    CHECK(whole.number == std::nullopt);
    CHECK(read_file_to_load(request_of("loadsgf " + model.file("game 7") + " 2")).number == "2");
    write_file(model.file("game"), sgf);
    CHECK(read_file_to_load(request_of("loadsgf " + model.file("game 7"))).file == model.file("game 7"));
    CHECK(read_file_to_load(request_of("loadsgf " + model.file("game 8"))).number == "8");
    CHECK_THROWS_AS(read_file_to_load(request_of("loadsgf " + model.file("game 8 9"))), ProtocolError);
}
