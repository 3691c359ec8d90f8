// SPDX-License-Identifier: MIT
#include "command/match/match_record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/file.h"
#include "core/replace_file.h"
#include "core/text.h"
#include "game/sgf.h"

namespace katago {

namespace {

constexpr std::string_view kSettingsFile = "settings.txt";
constexpr std::string_view kResultsFile = "results.tsv";
constexpr std::string_view kGamesFolder = "games";
constexpr std::string_view kSeedKey = "searchRandSeed = ";
constexpr std::string_view kHeading =
    "game\tblack\toutcome_of_a\tend\tresult\tsize\tkomi\tmoves\tmoves_a\tplayouts_a\tseconds_a\tmoves_b\tplayouts_b\t"
    "seconds_b";

constexpr std::array<std::string_view, 2> kBlackNames = {"a", "b"};
constexpr std::array<std::string_view, 3> kOutcomeNames = {"win", "draw", "loss"};
constexpr std::array<std::string_view, 4> kEndNames = {"score", "resignation", "move_limit", "no_result"};

// The fields of a line, taken one after another.
class Fields {
  public:
    explicit Fields(const std::string& line) : line_(line), in_(line) {}

    std::string text() {
        std::string field;
        if (!std::getline(in_, field, '\t')) fail();
        return field;
    }
    double number() {
        const std::optional<double> value = parse_number(text());
        if (!value) fail();
        return *value;
    }
    int64_t count() {
        const double value = number();
        if (value < 0 || value > 1e15) fail();
        return static_cast<int64_t>(value);
    }
    template <size_t kSize>
    size_t choice(const std::array<std::string_view, kSize>& names) {
        const auto found = std::find(names.begin(), names.end(), text());
        if (found == names.end()) fail();
        return static_cast<size_t>(found - names.begin());
    }
    void expect_end() {
        std::string rest;
        if (std::getline(in_, rest)) fail();
    }

  private:
    [[noreturn]] void fail() const { throw ProtocolError("not a result of a match: " + line_); }

    const std::string& line_;
    std::istringstream in_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

Outcome outcome_of(const BoardHistory& finished, size_t black_bot) {
    if (finished.no_result() || finished.winner() == Color::Empty) return Outcome::Draw;
    return (finished.winner() == Color::Black) == (black_bot == 0) ? Outcome::Win : Outcome::Loss;
}

// The first line of either that the other lacks.
std::string first_difference(const std::vector<std::string>& kept, const std::vector<std::string>& wanted) {
    for (const std::string& line : wanted)
        if (std::find(kept.begin(), kept.end(), line) == kept.end()) return "now " + line;
    for (const std::string& line : kept)
        if (std::find(wanted.begin(), wanted.end(), line) == wanted.end()) return "there " + line;
    return {};
}

std::string sgf_name(int64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + ".sgf";
}

}  // namespace

GameRecord record_of(const PlayedGame& game, int64_t number, size_t black_bot) {
    GameRecord record;
    record.number = number;
    record.black_bot = black_bot;
    record.outcome = outcome_of(game.history, black_bot);
    record.end = game.end;
    record.result = result_text(game.history);
    record.board_size = game.history.board().width();
    record.komi = game.history.rules().komi;
    record.moves = static_cast<int64_t>(game.history.moves().size());
    record.efforts = game.efforts;
    return record;
}

std::string record_line(const GameRecord& record) {
    std::vector<std::string> fields = {std::to_string(record.number),
                                       std::string(kBlackNames[record.black_bot]),
                                       std::string(kOutcomeNames[static_cast<size_t>(record.outcome)]),
                                       std::string(kEndNames[static_cast<size_t>(record.end)]),
                                       record.result,
                                       std::to_string(record.board_size),
                                       default_number(static_cast<double>(record.komi)),
                                       std::to_string(record.moves)};
    for (const BotEffort& effort : record.efforts) {
        fields.push_back(std::to_string(effort.moves));
        fields.push_back(std::to_string(effort.playouts));
        fields.push_back(fixed_number(effort.seconds, 3));
    }
    return join(fields, "\t");
}

GameRecord parse_record_line(const std::string& line) {
    Fields fields(line);
    GameRecord record;
    record.number = fields.count();
    record.black_bot = fields.choice(kBlackNames);
    record.outcome = static_cast<Outcome>(fields.choice(kOutcomeNames));
    record.end = static_cast<GameEnd>(fields.choice(kEndNames));
    record.result = fields.text();
    record.board_size = static_cast<int>(fields.count());
    record.komi = static_cast<float>(fields.number());
    record.moves = fields.count();
    for (BotEffort& effort : record.efforts) {
        effort.moves = fields.count();
        effort.playouts = fields.count();
        effort.seconds = fields.number();
    }
    fields.expect_end();
    return record;
}

MatchFolder::Lock::Lock(const std::filesystem::path& folder) : folder_(open(folder.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (folder_ < 0) throw IoError("Could not open folder " + folder.string());
    if (flock(folder_, LOCK_EX | LOCK_NB) == 0) return;
    close(folder_);
    throw UsageError(folder.string() + " is in use by another match; wait for its end or name another -output-dir");
}

MatchFolder::Lock::~Lock() {
    close(folder_);
}

std::filesystem::path MatchFolder::made(const std::filesystem::path& folder) {
    make_folder(folder / kGamesFolder);
    return folder;
}

MatchFolder::MatchFolder(const std::filesystem::path& folder, const Identity& identity)
    : folder_(made(folder)), lock_(folder_) {
    read_results();
    // Where no game was finished, nothing is lost by other settings.
    if (records_.empty())
        write_settings(identity);
    else
        read_settings(identity);
    results_.open(folder_ / kResultsFile, std::ios::app | std::ios::binary);
    if (!results_) throw IoError("Could not open " + (folder_ / kResultsFile).string());
}

void MatchFolder::read_settings(const Identity& identity) {
    std::vector<std::string> kept = lines_of(read_file(folder_ / kSettingsFile));
    if (kept.empty() || !kept[0].starts_with(kSeedKey))
        throw ProtocolError((folder_ / kSettingsFile).string() + ": not the settings of a match");
    seed_ = kept[0].substr(kSeedKey.size());
    kept.erase(kept.begin());
    std::string difference = first_difference(kept, identity.settings);
    if (!identity.seed.empty() && identity.seed != seed_) difference = "now " + std::string(kSeedKey) + identity.seed;
    if (!difference.empty())
        throw UsageError(folder_.string() + " holds the games of a match with other settings (" + difference +
                         "); name another -output-dir for a new match");
}

void MatchFolder::write_settings(const Identity& identity) {
    seed_ = identity.seed.empty() ? random_seed() : identity.seed;
    write_file(folder_ / kSettingsFile, std::string(kSeedKey) + seed_ + "\n" + join(identity.settings, "\n") + "\n");
}

void MatchFolder::read_results() {
    const std::filesystem::path file = folder_ / kResultsFile;
    refuse_unless_regular(file);  // a FIFO would be waited for
    std::string text = std::filesystem::exists(file) ? read_file(file) : std::string();
    // A line without an end was being written when the match was interrupted; its game is played again.
    const size_t whole = text.rfind('\n');
    const bool damaged = whole == std::string::npos || whole + 1 != text.size();
    text.resize(whole == std::string::npos ? 0 : whole + 1);
    if (text.empty()) text = std::string(kHeading) + "\n";
    if (damaged) write_file(file, text);

    const std::vector<std::string> lines = lines_of(text);
    std::set<int64_t> numbers;
    for (size_t i = 1; i < lines.size(); ++i) {
        try {
            records_.push_back(parse_record_line(lines[i]));
        } catch (const ProtocolError& error) {
            throw ProtocolError(file.string() + ": line " + std::to_string(i + 1) + ": " + error.what());
        }
        if (!numbers.insert(records_.back().number).second)
            throw ProtocolError(file.string() + ": line " + std::to_string(i + 1) + ": game " +
                                std::to_string(records_.back().number) + " is there twice");
    }
}

void MatchFolder::add(const GameRecord& record, const std::string& sgf) {
    write_file(folder_ / kGamesFolder / sgf_name(record.number), sgf + "\n");
    results_ << record_line(record) << "\n" << std::flush;
    if (!results_) throw IoError("Could not write to " + (folder_ / kResultsFile).string());
    records_.push_back(record);
}

std::string random_seed() {
    std::random_device device;
    return std::to_string(uint64_t{device()} << 32 | device());
}

}  // namespace katago
