// SPDX-License-Identifier: MIT
// `katago sample` as a whole, with a generated network, and the rows it writes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>

#include "command/sample/sample_game.h"
#include "command/sample/sample_rows.h"
#include "command/sample/subcommand.h"
#include "command/tiny_model.h"
#include "core/error.h"
#include "core/fp16.h"
#include "core/mapped_file.h"
#include "game/symmetry.h"
#include "nn/format/safetensors.h"

using namespace katago;

namespace {

struct Output {
    std::string out, err;
};

Output sample(const TinyModel& model, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-model", model.model(), "-override-config", "homeDataDir=" + model.file("home"),
                                       "-output-dir", model.file("rows")});
    std::istringstream in;
    std::ostringstream out, err;
    const int status = run_sample(arguments, {in, out, err});  // apart: CHECK would swallow what it throws
    CHECK(status == 0);
    return {out.str(), err.str()};
}

std::vector<std::filesystem::path> shards(const TinyModel& model) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(model.file("rows"))) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

// Keys of all rows in the folder.
std::vector<uint64_t> all_keys(const TinyModel& model) {
    std::vector<uint64_t> keys;
    for (const auto& file : shards(model)) {
        const ShardSummary summary = read_shard_summary(file);
        keys.insert(keys.end(), summary.keys.begin(), summary.keys.end());
    }
    return keys;
}

// A shard's tensors.
class Shard {
  public:
    explicit Shard(const std::filesystem::path& file)
        : file_(MappedFile::open(file)), content(read_safetensors(file_->bytes())) {}

    template <class T>
    std::vector<T> tensor(const std::string& name) const {
        const auto bytes = content.tensors.at(name).data;
        std::vector<T> values(bytes.size() / sizeof(T));
        std::memcpy(values.data(), bytes.data(), bytes.size());
        return values;
    }

  private:
    std::shared_ptr<const MappedFile> file_;

  public:
    Safetensors content;
};

// Black to move on 3x3 with a white stone in the centre; White is likely to win by 2 points.
struct OneRow {
    BoardHistory history{Board({3, 3}), Color::White, Rules{}};
    Evaluation teacher;

    OneRow() {
        history.make_move(point_at(1, 1), Color::White);
        teacher.white_win = 0.625f;
        teacher.white_loss = 0.125f;
        teacher.no_result = 0.25f;
        teacher.white_score_mean = 1.5f;  // 2 points in the three quarters of games with a result
        teacher.white_score_mean_sq = 0.75f * (4 + 9);
        teacher.white_lead = 0.75f;
        teacher.width = teacher.height = 3;
        teacher.policy = {0.5f, 0, 0, 0, -1, 0, 0, 0, 0.25f, 0.25f};
        teacher.white_ownership = {1, -1, 0, 0, 1, 0, 0, 0, 0.5f};
    }
};

}  // namespace

TEST_CASE("sample rows: hold features, policy and values as the player to move sees them") {
    const OneRow row;
    LadderMemory ladders;
    SampleRows rows({3, 3});
    rows.add(row.history, /*key=*/77, row.teacher, ladders);
    const TinyModel folder("sample-rows");
    rows.write(folder.file("one"), {{"teacher", "t"}});
    const Shard shard(folder.file("one"));
    CHECK(shard.content.metadata.at("teacher") == "t");
    CHECK(shard.content.tensors.at("planes").shape == std::vector<uint64_t>{1, 22, 2});
    CHECK(shard.tensor<uint64_t>("key") == std::vector<uint64_t>{77});

    const auto planes = shard.tensor<uint8_t>("planes");
    CHECK(planes[0] == 0xff);  // on the board: nine points, the highest bit first
    CHECK(planes[1] == 0x80);
    CHECK(planes[2 * 2] == 0x08);  // the opponent's stone at (1, 1)
    CHECK(planes[2 * 9] == 0x08);  // which was the last move
    const auto policy = shard.tensor<uint16_t>("policy");
    CHECK(float_of_fp16(policy[0]) == 0.5f);
    CHECK(float_of_fp16(policy[4]) == -1.0f);
    CHECK(float_of_fp16(policy[9]) == 0.25f);
    CHECK(shard.tensor<float>("value") == std::vector<float>{0.125f, 0.625f, 0.25f});
    const auto score = shard.tensor<float>("score");
    CHECK(score[0] == doctest::Approx(-2));
    CHECK(score[1] == doctest::Approx(3));
    CHECK(score[2] == doctest::Approx(-1));
    const auto ownership = shard.tensor<int8_t>("ownership");
    CHECK(ownership == std::vector<int8_t>{-127, 127, 0, 0, -127, 0, 0, 0, -64});
    CHECK(shard.tensor<float>("globals")[5] == doctest::Approx(-7.5 / 20));
}

TEST_CASE("sample rows: a key is the same for all views, not for other rules or players") {
    const Rules rules;
    Board board({5, 5});
    board.play(point_at(1, 0), Color::Black);
    board.play(point_at(3, 3), Color::White);
    const uint64_t key = row_key(BoardHistory(board, Color::Black, rules));
    for (int view = 0; view < symmetry::kCount; ++view)
        CHECK(row_key(BoardHistory(symmetry::map_board(board, view), Color::Black, rules)) == key);
    CHECK(row_key(BoardHistory(board, Color::White, rules)) != key);
    CHECK(row_key(BoardHistory(board, Color::Black, with_rule(rules, "ko", "SIMPLE"))) != key);
    Rules other_komi = rules;
    other_komi.komi = 0.5f;
    CHECK(row_key(BoardHistory(board, Color::Black, other_komi)) == key);
}

TEST_CASE("sample: fills a folder, goes on where it was, repeats no position") {
    const TinyModel model("sample");
    const Output first =
        sample(model, {"-rows", "60", "-boardsize", "5,6:2", "-threads", "2", "-shard-rows", "25", "-seed", "s"});
    CHECK(first.out.find("2 threads, 0 rows") != std::string::npos);
    const size_t files = shards(model).size();
    CHECK(files >= 2);
    // Games are kept whole, so that there may be many more rows than wanted.
    const size_t before = all_keys(model).size();
    CHECK(before >= 60);
    const size_t wanted = before + 60;
    const Output second =
        sample(model, {"-rows", std::to_string(wanted), "-boardsize", "5,6:2", "-threads", "1", "-seed", "s"});
    CHECK(second.out.find(" " + std::to_string(before) + " rows") != std::string::npos);
    CHECK(shards(model).size() > files);

    const std::vector<uint64_t> keys = all_keys(model);
    CHECK(keys.size() >= wanted);
    CHECK(std::set<uint64_t>(keys.begin(), keys.end()).size() == keys.size());
    for (const auto& file : shards(model)) CHECK(!read_shard_summary(file).metadata.at("teacher").empty());
}

TEST_CASE("sample: another network plays, and a share of the positions become rows") {
    const TinyModel model("sample-player");
    write_file(model.file("quick.bin"), test_nets::tiny_net(8).bytes);
    const std::vector<std::string> common = {"-boardsize", "5", "-threads", "1", "-seed", "s", "-shard-rows", "25"};
    const auto rows_of_games = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), common.begin(), common.end());
        const Output output = sample(model, arguments);
        int64_t games = 0;
        for (const auto& file : shards(model))
            games = std::max(games, int64_t{std::stoll(read_shard_summary(file).metadata.at("next_game"))});
        const auto rows = static_cast<double>(all_keys(model).size());
        std::filesystem::remove_all(model.file("rows"));
        return std::pair(rows / static_cast<double>(games), output.out);
    };
    const double whole = rows_of_games({"-rows", "200"}).first;
    const auto [part, out] = rows_of_games(
        {"-rows", "100", "-player-model", model.file("quick.bin"), "-row-share", "0.1", "-symmetries", "2"});
    CHECK(part < 0.3 * whole);
    CHECK(out.find("player ") != std::string::npos);
}

TEST_CASE("sample: the mean of all views is the same for each of them") {
    const TinyModel model("sample-views");
    std::filesystem::create_directories(model.file("games"));
    write_file(model.file("games/a.sgf"), "(;SZ[5]RU[Japanese]KM[6.5];B[bb];W[dc])");
    write_file(model.file("games/b.sgf"), "(;SZ[5]RU[Chinese]KM[6.5];B[bb];W[dc])");
    const auto values = [&](const std::string& symmetries, const std::string& seed) {
        sample(model,
               {"-rows", "0", "-sgf", model.file("games"), "-threads", "1", "-symmetries", symmetries, "-seed", seed});
        const std::vector<float> found = Shard(shards(model).front()).tensor<float>("value");
        std::filesystem::remove_all(model.file("rows"));
        return found;
    };
    const std::vector<float> mean = values("8", "a"), again = values("8", "b"), one = values("1", "a");
    REQUIRE(mean.size() == one.size());
    bool differs = false;
    for (size_t i = 0; i < mean.size(); ++i) {
        CHECK(mean[i] == doctest::Approx(again[i]));
        differs = differs || std::abs(mean[i] - one[i]) > 1e-4;
    }
    CHECK(differs);
}

TEST_CASE("sample games: some begin with handicap stones, some with early passes in them") {
    constexpr BoardSize size{9, 9};
    Evaluation even;
    even.width = even.height = 9;
    even.policy.assign(82, 1.0f / 82);
    even.white_win = even.white_loss = 0.5f;
    int handicaps = 0, passes = 0;
    constexpr int kGames = 200, kMoves = 30;
    for (int game = 0; game < kGames; ++game) {
        Rng rng("handicap/" + std::to_string(game));
        BoardHistory last;
        play_sample_game(size, rng, [&](const BoardHistory& history) -> std::shared_ptr<const Evaluation> {
            last = history;
            auto answer = std::make_shared<Evaluation>(even);
            for (int i = 0; i < 81; ++i)
                if (history.board().color(point_of_policy_index(i, size, size)) != Color::Empty)
                    answer->policy[static_cast<size_t>(i)] = -1;
            return history.moves().size() < kMoves ? answer : nullptr;
        });
        if (last.initial_player() == Color::White) {
            ++handicaps;
            CHECK(last.handicap_stones_for_record() >= 2);
        }
        passes += static_cast<int>(std::count_if(last.moves().begin(), last.moves().end(),
                                                 [](const Move& move) { return move.point == kPass; }));
    }
    CHECK(handicaps > kGames / 25);
    CHECK(handicaps < kGames / 4);
    CHECK(passes > 0);
}

TEST_CASE("sample: takes the positions of game records, each once, and names those it cannot read") {
    const TinyModel model("sample-sgf");
    std::filesystem::create_directories(model.file("games"));
    write_file(model.file("games/good.sgf"), "(;SZ[5]RU[Japanese]KM[6.5];B[cc];W[bb];B[cb])");
    write_file(model.file("games/bad.sgf"), "(;SZ[5");
    write_file(model.file("games/unclear.sgf"), "(;SZ[5]KM[650]RU[Klingon])");
    const std::vector<std::string> arguments = {"-rows", "0", "-sgf", model.file("games"), "-threads", "1"};
    const Output output = sample(model, arguments);
    CHECK(output.err.find("Left out: ") != std::string::npos);
    CHECK(output.err.find("bad.sgf") != std::string::npos);
    CHECK(output.err.find("unclear.sgf: KM[650] is read as hundredths: komi 6.5\n") != std::string::npos);
    CHECK(output.err.find("unclear.sgf: Could not parse rules: Klingon") != std::string::npos);
    CHECK(output.out.find("\n3 rows in ") != std::string::npos);
    CHECK(sample(model, arguments).out.find("\n3 rows in ") != std::string::npos);
}

TEST_CASE("sample: names that are no UTF-8 do no harm, and a folder without a usable record is an error") {
    const TinyModel model("sample-bytes");
    std::filesystem::create_directories(model.file("games"));
    write_file(model.file("games/\xC4\xE3.sgf"), "(;SZ[5]C[\xB5\xDA];B[cc];W[bb])");
    write_file(model.file("games/bad\xFF.sgf"), "(;SZ[5];B[");
    std::filesystem::create_symlink("circle.sgf", model.file("games/circle.sgf"));
    const std::vector<std::string> arguments = {"-rows", "0", "-sgf", model.file("games"), "-threads", "1"};
    const Output output = sample(model, arguments);
    CHECK(output.err.find("bad\xFF.sgf") != std::string::npos);
    CHECK(output.out.find("\n2 rows in ") != std::string::npos);
    std::filesystem::remove(model.file("games/\xC4\xE3.sgf"));
    CHECK_THROWS_WITH_AS(sample(model, arguments), doctest::Contains("none of its .sgf files can be used"), IoError);
}

TEST_CASE("sample: says what is wrong with its options and with foreign files") {
    const TinyModel model("sample-options");
    CHECK_THROWS_AS(sample(model, {"-boardsize", "20"}), UsageError);
    CHECK_THROWS_AS(sample(model, {"-boardsize", "9:0"}), UsageError);
    CHECK_THROWS_AS(sample(model, {"-row-share", "0"}), UsageError);
    CHECK_THROWS_AS(sample(model, {"-row-share", "1.5"}), UsageError);
    CHECK_THROWS_AS(sample(model, {"-symmetries", "9"}), UsageError);
    CHECK_THROWS_AS(sample(model, {"-rows", "1", "-player-model", model.file("none.bin")}), IoError);
    CHECK_THROWS_AS(sample(model, {"-sgf", model.file("none")}), IoError);
    std::filesystem::create_directories(model.file("rows"));
    write_file(model.file("rows/9x9-00000.safetensors"), "short");
    CHECK_THROWS_AS(sample(model, {"-rows", "1"}), ModelError);
    write_safetensors(model.file("rows/9x9-00000.safetensors"), {});
    CHECK_THROWS_AS(sample(model, {"-rows", "1"}), ModelError);
}
