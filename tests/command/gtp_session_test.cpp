// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <streambuf>

#include "command/gtp.h"
#include "core/error.h"
#include "transcripts.h"

using namespace katago;

namespace {

size_t count(const std::string& text, const std::string& piece) {
    size_t result = 0;
    for (size_t at = 0; (at = text.find(piece, at)) != std::string::npos; at += piece.size()) ++result;
    return result;
}

// Takes nothing, like a pipe whose reader has gone.
class ClosedBuffer : public std::streambuf {
  protected:
    int_type overflow(int_type) override { return traits_type::eof(); }
};

}  // namespace

TEST_CASE("gtp: every line of junk is answered or ignored, and the game stays as it was") {
    if (transcripts::model().empty()) return;
    std::string junk = "boardsize 9\nplay b E5\n";
    junk += std::string(1'000'000, 'x') + "\n";
    junk += "play " + std::string(1'000'000, ' ') + "\n";
    for (int c = 0; c < 256; ++c)
        if (c != '\n') junk += std::string(3, static_cast<char>(c)) + "\n";
    junk += "kata-set-params {oops\nkata-set-rules {\"ko\":[1]}\nset_position b\nplay b (99,99)\nplay w (-3,2)\n";
    junk += "1234567890123 name\nloadsgf /dev/null\nloadsgf /\ntime_left b 1e300 0\nkomi 1e308\ndebug_moves Z99\n";
    junk += "boardsize 99999999999999\nkata-raw-nn 99999999999\nlz-analyze b 0 maxmoves 99999999999\r\nshowboard";
    const std::string out = transcripts::run_gtp(junk).out;
    CHECK(count(out, "MoveNum: 1 ") == 1);
    CHECK(out.ends_with("W stones captured: 0\n\n"));
}

TEST_CASE("gtp: an analysis is ended by the next line, which is answered after it") {
    if (transcripts::model().empty()) return;
    const std::string out = transcripts::run_gtp("1 kata-analyze b 1 maxmoves 1\n2 name\n3 lz-analyze\n\n").out;
    CHECK(out.starts_with("=1\n"));
    CHECK(out.ends_with("\n=2 KataGo\n\n=3\n\n"));
}

TEST_CASE("gtp: a cancellable search is cancelled by any line and by the end of input") {
    if (transcripts::model().empty()) return;
    const std::string slow = "maxVisits=100000000";
    CHECK(transcripts::run_gtp("4 kata-search_cancellable b\n5 name\n", slow).out == "=4 cancelled\n\n=5 KataGo\n\n");
    CHECK(transcripts::run_gtp("4 kata-search_cancellable b\n", slow).out == "=4 cancelled\n\n");
    const std::string out = transcripts::run_gtp("kata-search_analyze_cancellable b\n\n", slow).out;
    CHECK(out.starts_with("=\n"));
    CHECK(out.ends_with("play cancelled\n\n"));
}

TEST_CASE("gtp: pondering goes on silently and disturbs no command") {
    if (transcripts::model().empty()) return;
    const std::string out =
        transcripts::run_gtp("boardsize 9\nplay b E5\nname\ngenmove w\nundo\nkomi 6.5\nget_komi\nstop\nquit\n",
                             "ponderingEnabled=true,maxVisits=20")
            .out;
    CHECK(count(out, "= ") == 9);
    CHECK(count(out, "?") == 0);
}

TEST_CASE("gtp: a whole game of generated moves is legal and has a result") {
    if (transcripts::model().empty()) return;
    std::string commands = "boardsize 7\nkata-set-rules chinese\n";
    for (int i = 0; i < 60; ++i) commands += i % 2 == 0 ? "genmove b\n" : "genmove w\n";
    commands += "final_score\nfinal_status_list dead\nprintsgf\nquit\n";
    const std::string out = transcripts::run_gtp(commands, "maxVisits=20,allowResignation=false").out;
    CHECK(count(out, "?") == 0);
    CHECK(count(out, "= pass") >= 2);
}

TEST_CASE("gtp: settings can be changed and taken back, all or none") {
    if (transcripts::model().empty()) return;
    const std::string out = transcripts::run_gtp(
                                "kata-set-params {\"maxVisits\":7,\"maxTime\":\"x\"}\nkata-get-param maxVisits\n"
                                "kata-set-param maxVisits 9\nkata-get-param maxVisits\nkata-set-param maxVisits\n"
                                "kata-get-param maxVisits\n")
                                .out;
    const auto lines = transcripts::lines_of(out);
    REQUIRE(lines.size() == 12);
    CHECK(lines[0].starts_with("? Could not set params: Could not parse 'x'"));
    CHECK(lines[2] == "= 100");
    CHECK(lines[6] == "= 9");
    CHECK(lines[10] == "= 1125899906842624");
}

TEST_CASE("gtp: the loop ends with an error where nobody reads the answers") {
    if (transcripts::model().empty()) return;
    ClosedBuffer closed;
    std::ostream out(&closed);
    std::istringstream in("name\nname\n");
    std::ostringstream err;
    const Streams streams{in, out, err};
    const Config config = Config::from_text("numSearchThreads = 1", "test");
    Logger log(LogOptions{}, {}, err);
    Engine engine(transcripts::model(), config);
    GtpSession session({engine, config, log, streams, "1"});
    CHECK_THROWS_AS(run_gtp_loop(session, in), IoError);
}
