// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <sstream>
#include <streambuf>
#include <thread>

#include "command/gtp/gtp.h"
#include "command/gtp/transcripts.h"
#include "core/error.h"

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

// Takes everything, and counts how often it is told to pass on what it has.
class CountingBuffer : public std::stringbuf {
  public:
    int pieces() const { return pieces_; }

  protected:
    int sync() override {
        ++pieces_;
        return 0;
    }

  private:
    int pieces_ = 0;
};

// Feeds a session line by line; each waits for a condition, up to a bound that no machine should need.
class TypedBuffer : public std::streambuf {
  public:
    struct Line {
        std::function<bool()> when;
        std::string text;
    };
    explicit TypedBuffer(std::vector<Line> lines) : lines_(std::move(lines)) {}
    bool timed_out() const { return timed_out_; }

  protected:
    int_type underflow() override {
        if (next_ == lines_.size()) return traits_type::eof();
        Line& line = lines_[next_++];
        for (int i = 0; !line.when(); ++i) {
            if (i == 10'000) {
                timed_out_ = true;
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        setg(line.text.data(), line.text.data(), line.text.data() + line.text.size());
        return traits_type::to_int_type(line.text[0]);
    }

  private:
    std::vector<Line> lines_;
    size_t next_ = 0;
    bool timed_out_ = false;
};

// A session over given streams.
struct Session {
    Session(std::ostream& out, const std::string& settings)
        : streams{none, out, err},
          config(Config::from_text("nnPrecision = fp32\n" + settings, "test")),
          log(LogOptions{}, {}, err),
          engine(transcripts::model(), config),
          session({engine, config, log, streams, "1"}) {}

    std::istringstream none;
    std::ostringstream err;
    Streams streams;
    Config config;
    Logger log;
    Engine engine;
    GtpSession session;
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
    Session test(out, "numSearchThreads = 1");
    std::istringstream in("name\nname\n");
    CHECK_THROWS_AS(run_gtp_loop(test.session, in), IoError);
}

TEST_CASE("gtp: an analysis that nobody reads stops by itself") {
    if (transcripts::model().empty()) return;
    ClosedBuffer closed;
    std::ostream out(&closed);
    Session test(out, "numSearchThreads = 1");
    auto idle = [&] { return !test.session.search().running(); };
    TypedBuffer typed({{[] { return true; }, "kata-analyze 1\n"}, {idle, "name\n"}});
    std::istream in(&typed);
    CHECK_THROWS_AS(run_gtp_loop(test.session, in), IoError);
    CHECK(!typed.timed_out());
}

TEST_CASE("gtp: analysis can be made to stop by itself, with a report, and the tree goes on from there") {
    if (transcripts::model().empty()) return;
    for (const char* limit : {"analyzeMaxVisits = 30", "analyzeMaxTime = 0.05"}) {
        std::ostringstream out;
        Session test(out, std::string(limit) + "\nnumSearchThreads = 1\nsearchRandSeed = a");
        auto idle = [&] { return !test.session.search().running(); };
        TypedBuffer typed({{[] { return true; }, "5 kata-analyze b 100000 rootInfo true\n"}, {idle, "quit\n"}});
        std::istream in(&typed);
        run_gtp_loop(test.session, in);
        CHECK(!typed.timed_out());
        const auto lines = transcripts::lines_of(out.str());
        REQUIRE(lines.size() == 5);
        CHECK(lines[0] == "=5");
        CHECK(lines[1].starts_with("info move "));
        CHECK(lines[2].empty());
        CHECK(lines[3] == "= ");
        if (std::string(limit).starts_with("analyzeMaxVisits"))
            CHECK(lines[1].find("rootInfo visits 30 ") != std::string::npos);
    }
}

TEST_CASE("gtp: the strength of play can be set, and leaves the other settings alone") {
    if (transcripts::model().empty()) return;
    std::ostringstream out;
    Session test(out, "numSearchThreads = 1\nmaxVisits = 20");
    std::istringstream search("kata-set-param playStrength 1\nkata-search b\n");
    run_gtp_loop(test.session, search);
    CHECK(test.session.search().report({}).root.values.visits == 1);
    std::istringstream in("kata-get-param maxVisits\nkata-set-param playStrength 11\nkata-get-param playStrength\n");
    run_gtp_loop(test.session, in);
    const auto lines = transcripts::lines_of(out.str());
    REQUIRE(lines.size() == 10);
    CHECK(lines[4] == "= 20");
    CHECK(lines[6].starts_with("? Could not set params: "));
    CHECK(lines[6].find("playStrength") != std::string::npos);
    CHECK(lines[8] == "= 1");
}

TEST_CASE("gtp: every answer is written in one piece") {
    if (transcripts::model().empty()) return;
    CountingBuffer buffer;
    std::ostream out(&buffer);
    Session test(out, "numSearchThreads = 1\nmaxVisits = 5");
    std::istringstream in(
        "name\n\nlist_commands\nshowboard\nkata-raw-nn 0\ngenmove b\nbogus\n3\nprintsgf\nfinal_status_list alive\n");
    run_gtp_loop(test.session, in);
    CHECK(buffer.pieces() == 9);
}

TEST_CASE("gtp: a line beyond all measure is refused, the next one is answered") {
    if (transcripts::model().empty()) return;
    const std::string out = transcripts::run_gtp("12 " + std::string(kMaxGtpLineBytes, 'x') + "\n13 name\nkomi " +
                                                 std::string(3 * kMaxGtpLineBytes, ' ') + "5\nget_komi\n" +
                                                 std::string(2 * kMaxGtpLineBytes, '\x80') + "\nname")
                                .out;
    const std::string refused = "the line is longer than 1048576 bytes\n\n";
    CHECK(out == "?12 " + refused + "=13 KataGo\n\n? " + refused + "= 7.5\n\n? " + refused + "= KataGo\n\n");
}

TEST_CASE("gtp: thousands of queued commands are all answered in order") {
    if (transcripts::model().empty()) return;
    constexpr int kCommands = 5000;
    std::string commands;
    std::string expected;
    for (int i = 0; i < kCommands; ++i) {
        commands += std::to_string(i) + (i % 2 == 0 ? " play b D4\r\n" : " undo\n");
        expected += "=" + std::to_string(i) + " \n\n";
    }
    CHECK(transcripts::run_gtp(commands).out == expected);
}

TEST_CASE("gtp: a query of the analysis engine gets told where to go") {
    if (transcripts::model().empty()) return;
    const std::string out = transcripts::run_gtp("{\"id\":\"foo\",\"moves\":[[\"B\",\"Q4\"]]}\n").out;
    CHECK(out == "? unknown command: this is the GTP engine, JSON queries are answered by 'katago analysis'\n\n");
}

TEST_CASE("gtp: list_stones tells the stones of one colour") {
    if (transcripts::model().empty()) return;
    const std::string out = transcripts::run_gtp(
                                "play b D4\nplay w Q16\nplay b Q4\nlist_stones black\nlist_stones w\nlist_stones\n"
                                "list_stones red\nknown_command list_stones\n")
                                .out;
    CHECK(out ==
          "= \n\n= \n\n= \n\n= D4 Q4\n\n= Q16\n\n? Expected one argument for list_stones but got ''\n\n"
          "? Could not parse color: 'red'\n\n= false\n\n");
}

TEST_CASE("gtp: what follows the search of a move after a pass stays within the clock") {
    if (transcripts::model().empty()) return;
    const auto evaluations_with = [](const std::string& clock, const std::string& limit) {
        std::ostringstream out;
        Session test(out, limit + "\nrules = chinese\nnumSearchThreads = 1\nnnCacheSizePowerOfTwo = -1");
        std::istringstream in("boardsize 9\nplay b E5\nplay w pass\n" + clock + "\ngenmove b\n");
        run_gtp_loop(test.session, in);
        CHECK(count(out.str(), "= ") == 5);
        return test.engine.evaluator().stats().evaluations;
    };
    constexpr int kVisits = 20;
    const std::string limited = "maxVisits = " + std::to_string(kVisits);
    // With all the time in the world the position is searched once more, to see whether a pass will do.
    CHECK(evaluations_with("time_settings 100000 0 0", limited) >= kVisits + 8);
    // With none there is the search of the move alone: without limits on visits the other would take a thousand.
    CHECK(evaluations_with("time_settings 0.001 0 0", "maxVisits = 1000000") < kVisits);
}

TEST_CASE("gtp: limits can be changed without losing the tree") {
    if (transcripts::model().empty()) return;
    std::ostringstream out;
    Session test(out, "maxVisits = 40\nnumSearchThreads = 1");
    std::istringstream in("kata-search b\nkata-set-param maxVisits 10\nkata-search b\n");
    run_gtp_loop(test.session, in);
    CHECK(test.session.search().root_values()->visits == 40);
}
