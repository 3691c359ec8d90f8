// SPDX-License-Identifier: MIT
#include "play/avoided_games.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "game/sgf.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr int kMostFiles = 1'000'000;
constexpr int kLastTurn = 1'000'000;
// In a comment: this move is not to be avoided.
constexpr std::string_view kSkip = "%SKIP%";

// One group of keys.
struct Source {
    double utility = 0;
    double lambda = 1;  // of one file's utility to the next older one's
    int min_turn = 0;   // moves before it are left alone
    int max_files = kMostFiles;
    std::vector<std::string> names;  // of players; empty: all
    std::vector<std::string> folders;
};

Source read_source(const Config& config, const std::string& prefix) {
    Source source;
    source.utility = config.get_double(prefix + "Utility", {-3, 3});
    source.lambda = config.get_double(prefix + "Lambda", {0, 1}, source.lambda);
    source.min_turn = config.get_int(prefix + "MinTurnNumber", {0, kLastTurn}, source.min_turn);
    source.max_files = config.get_int(prefix + "MaxFiles", {1, kMostFiles}, source.max_files);
    if (config.contains(prefix + "AllowedNames"))
        source.names = split_at_commas(config.get_string(prefix + "AllowedNames"));
    std::erase(source.names, "");
    source.folders = split_at_commas(config.get_string(prefix + "Dirs"));
    return source;
}

// Newest first.
std::vector<fs::path> find_records(const Source& source) {
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    const auto take = [&](const fs::path& file) {
        std::error_code gone;  // meanwhile: it will be left out when it is read
        found.emplace_back(fs::last_write_time(file, gone), file);
    };
    for (const fs::path folder : source.folders) {
        std::error_code failure;
        if (fs::is_regular_file(folder, failure)) {
            take(folder);
            continue;
        }
        for (const fs::path& file : find_sgf_files(folder, failure)) take(file);
        if (failure) throw IoError("Could not read game records in " + folder.string() + ": " + failure.message());
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    if (found.size() > static_cast<size_t>(source.max_files)) found.resize(static_cast<size_t>(source.max_files));
    std::vector<fs::path> files;
    for (auto& [time, file] : found) files.push_back(std::move(file));
    return files;
}

// Counts each pattern once, in however many variations it comes. Returns what is to be said about the record.
std::set<std::string> add_record(const SgfTree& tree, const Source& source, double utility, PatternBonuses& bonuses) {
    std::set<std::string> warnings;
    std::unordered_set<uint64_t> counted;
    for (const int line_end : tree.all_lines()) {
        const SgfGame game = read_sgf_line(tree, line_end);
        warnings.insert(game.warnings.begin(), game.warnings.end());
        const auto concerns = [&](Player player) {
            const std::string& name = player == Color::Black ? game.black_name : game.white_name;
            return source.names.empty() ||
                   std::find(source.names.begin(), source.names.end(), name) != source.names.end();
        };
        BoardHistory history = replay(game, Rules{}, 0);
        for (size_t turn = 0; turn < game.moves.size(); ++turn) {
            const Move& move = game.moves[turn];
            if (!history.is_tolerated(move.point, move.player)) break;
            const bool skipped = turn < static_cast<size_t>(source.min_turn) || !concerns(move.player) ||
                                 game.comments[turn].find(kSkip) != std::string::npos;
            if (!skipped) bonuses.avoid_move(history.board(), move, utility, counted);
            history.make_move(move.point, move.player, PhaseAdvance::Prevented);
        }
    }
    return warnings;
}

void add_source(const Source& source, const std::string& name, PatternBonuses& bonuses, Logger& log) {
    double utility = source.utility;
    int64_t used = 0;
    for (const fs::path& file : find_records(source)) {
        try {
            const SgfTree tree = parse_sgf(read_file(file, kMaxSgfBytes), file.string());
            for (const std::string& warning : add_record(tree, source, utility, bonuses))
                log.write(name + ": warning: " + warning);
            ++used;
        } catch (const Error& error) {
            log.write(name + ": left out: " + error.what());
        }
        utility *= source.lambda;
    }
    log.write(name + ": avoiding the moves of " + std::to_string(used) + " game records");
}

}  // namespace

std::shared_ptr<const PatternBonuses> read_avoided_games(const Config& config, Logger& log) {
    auto bonuses = std::make_shared<PatternBonuses>();
    for (int number = 1;; ++number) {
        const std::string name = number == 1 ? "avoidSgf" : "avoidSgf" + std::to_string(number);
        if (!config.contains(name + "PatternUtility")) break;
        add_source(read_source(config, name + "Pattern"), name, *bonuses, log);
    }
    if (bonuses->empty()) return nullptr;
    return bonuses;
}

}  // namespace katago
