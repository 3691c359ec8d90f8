// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "command/evaluate/subcommand.h"
#include "command/tiny_model.h"
#include "core/error.h"

using namespace katago;
using Json = nlohmann::json;

namespace {

constexpr char kGame[] = "(;GM[1]SZ[5]KM[6]RU[chinese];B[cc];W[dd];B[];W[bb])";

std::vector<Json> run(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out, err;
    REQUIRE(run_evaluate(arguments, {in, out, err}) == 0);
    std::vector<Json> rows;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) rows.push_back(Json::parse(line));
    return rows;
}

}  // namespace

TEST_CASE("evaluate: shows the end of a record as a network sees it, without a network") {
    const TinyModel folder("evaluate-features");
    write_file(folder.file("game.sgf"), kGame);
    const std::vector<Json> rows = run({"-no-network", "-games", folder.file("game.sgf"), "-last"});
    REQUIRE(rows.size() == 1);
    const Json& row = rows[0];
    CHECK(row["size"] == Json({5, 5}));
    CHECK(row["nextPlayer"] == "B");
    Json query = Json::parse(R"({"boardXSize":5,"boardYSize":5,"komi":6,"initialStones":[],"initialPlayer":"B",)"
                             R"("moves":[["B","C3"],["W","D2"],["B","pass"],["W","B4"]]})");
    query["rules"] = row["rules"];
    CHECK(row["query"] == query);
    CHECK(row["planesExact"].size() == 22);
    CHECK(row["planesExact"][0].size() == 25);
    CHECK(row["planesExact"][1] == Json({12}));     // Black's stone: its point from the top left
    CHECK(row["planesExact"][2] == Json({6, 18}));  // White's
    CHECK(row["planesExact"][9] == Json({6}));      // the last move
    CHECK(row["globals"].size() == 19);
    CHECK(row["globals"][1] == 1);                                         // the move before it was a pass
    CHECK(row["globals"][5].get<double>() == doctest::Approx(-6 / 20.0));  // komi, Black's view
    CHECK(row["legal"].size() == 25 - 3 + 1);
    CHECK(row["legal"].back() == 25);
    CHECK_FALSE(row.contains("policy"));
}

TEST_CASE("evaluate: says what a record leaves unclear, once, and goes on") {
    const TinyModel folder("evaluate-unclear");
    const std::string file = folder.file("game.sgf");
    write_file(file, "(;SZ[5]KM[650]RU[Klingon];AB[cc];W[dd])");
    const std::string komi = "WARNING: " + file + ": KM[650] is read as hundredths: komi 6.5\n";
    const std::string rules = "WARNING: " + file + ": Could not parse rules: Klingon; the default rules are used\n";
    for (const std::vector<std::string>& choice : {std::vector<std::string>{"-last"}, {"-positions", "2"}}) {
        std::vector<std::string> arguments = {"-no-network", "-games", file};
        arguments.insert(arguments.end(), choice.begin(), choice.end());
        std::istringstream in;
        std::ostringstream out, err;
        REQUIRE(run_evaluate(arguments, {in, out, err}) == 0);
        CHECK(err.str() == rules + komi);
        const Json query = Json::parse(out.str().substr(0, out.str().find('\n')))["query"];
        CHECK(query["komi"] == 6.5);
        CHECK(query["initialStones"] == Json::parse(R"([["B","C3"]])"));
    }
}

TEST_CASE("evaluate: draws positions, the same for the same seed, with the network's answers") {
    const TinyModel folder("evaluate-answers");
    write_file(folder.file("game.sgf"), kGame);
    const std::vector<std::string> arguments = {
        "-model", folder.model(), "-games", folder.file("game.sgf"), "-positions", "3", "-seed", "7"};
    const std::vector<Json> rows = run(arguments);
    CHECK(rows.size() == 3);
    CHECK(rows == run(arguments));
    for (const Json& row : rows) {
        double sum = 0;
        std::vector<size_t> legal;
        for (size_t i = 0; i < row["policy"].size(); ++i)
            if (const double probability = row["policy"][i]; probability >= 0) {
                sum += probability;
                legal.push_back(i);
            }
        CHECK(sum == doctest::Approx(1));
        CHECK(row["legal"] == Json(legal));
        CHECK(row["whiteOwnership"].size() == 25);
        CHECK(row["whiteWin"].get<double>() + row["whiteLoss"].get<double>() + row["noResult"].get<double>() ==
              doctest::Approx(1));
    }
}

TEST_CASE("evaluate: names and comments that are no UTF-8 become valid JSON, and bad files are left out by name") {
    const TinyModel folder("evaluate-bytes");
    const std::string games = folder.file("g\xE9");
    std::filesystem::create_directories(games + "/sub.sgf");
    write_file(games + "/\xC4\xE3\xBA\xC3.sgf", "(;SZ[5]C[\xB5\xDA\xD2\xBB];B[cc]C[\xFF])");
    write_file(games + "/latin\xE9.SGF", "(;SZ[5]PB[Andr\xE9];B[dd];W[cc])");
    write_file(games + "/bad\xFF.sgf", "(;SZ[5];B[");
    write_file(games + "/rules.sgf", "(;SZ[5]RU[\xFF no rules];B[cc]");
    std::filesystem::create_symlink("circle.sgf", games + "/circle.sgf");
    for (const bool last : {true, false}) {
        std::vector<std::string> arguments = {"-no-network", "-games", games};
        if (last) arguments.push_back("-last");
        std::istringstream in;
        std::ostringstream out, err;
        CHECK(run_evaluate(arguments, {in, out, err}) == 0);
        std::istringstream lines(out.str());
        int rows = 0;
        for (std::string line; std::getline(lines, line); ++rows) CHECK(Json::accept(line));
        CHECK(rows >= 2);
        CHECK(err.str().find("bad\xFF.sgf") != std::string::npos);
    }
    std::filesystem::create_directories(folder.file("none"));
    write_file(folder.file("none/bad.sgf"), "no record");
    for (const bool last : {true, false}) {
        std::istringstream in;
        std::ostringstream out, err;
        std::vector<std::string> arguments = {"-no-network", "-games", folder.file("none")};
        if (last) arguments.push_back("-last");
        CHECK_THROWS_AS(run_evaluate(arguments, {in, out, err}), IoError);
    }
}

TEST_CASE("evaluate: says what is missing") {
    std::istringstream in;
    std::ostringstream out, err;
    const auto run_with = [&](std::vector<std::string> arguments) { run_evaluate(arguments, {in, out, err}); };
    CHECK_THROWS_WITH_AS(run_with({"-no-network"}), "-games is missing: an SGF file, or a folder of them", UsageError);
    CHECK_THROWS_AS(run_with({"-no-network", "-games", "/nowhere"}), IoError);
    CHECK_THROWS_AS(run_with({"-no-network", "-games", "/nowhere", "-positions", "0"}), UsageError);
}
