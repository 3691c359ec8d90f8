// SPDX-License-Identifier: MIT
#include "eval/position_sampler.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/digest.h"
#include "core/error.h"
#include "core/file.h"
#include "core/rng.h"
#include "game/sgf.h"
#include "game/symmetry.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// A collection of variations may have tens of thousands of lines; so many of them, drawn at random, speak for the file.
constexpr size_t kMostLines = 256;
constexpr size_t kFewComplaints = 3;  // about the lines of one file

// A position of a record: so many moves of one of its lines.
struct Place {
    size_t line = 0, moves = 0;
};

struct Record {
    fs::path file;
    std::string sha256;
    std::vector<SgfGame> lines;
    std::vector<Rules> rules;    // of the lines
    std::vector<Place> places;   // by the number of moves
    std::set<std::string> told;  // warnings, each of which many lines may give
};

size_t common_moves(const SgfGame& a, const SgfGame& b) {
    const auto [end, other] = std::mismatch(a.moves.begin(), a.moves.end(), b.moves.begin(), b.moves.end());
    return static_cast<size_t>(end - a.moves.begin());
}

class Sampler {
  public:
    Sampler(const SamplerOptions& options, SampledPositions& result, uint64_t seed)
        : options_(options), result_(result), rng_(seed) {}

    void run(std::span<const fs::path> paths, int count) {
        std::vector<fs::path> files = find_game_records(paths);
        rng_.shuffle(files);
        for (const fs::path& file : files) {
            if (records_.size() == static_cast<size_t>(count)) break;
            read_record(file.string(), [&] { return read_file(file, kMaxSgfBytes); });
        }
        std::string places;
        for (const fs::path& path : paths) places += (places.empty() ? "" : ", ") + path.string();
        finish(places, files.size(), count);
    }

    void run(std::span<const SgfText> texts, int count) {
        std::vector<SgfText> order(texts.begin(), texts.end());
        rng_.shuffle(order);
        for (const SgfText& record : order) {
            if (records_.size() == static_cast<size_t>(count)) break;
            read_record(record.name, [&] { return std::string(record.text); });
        }
        finish("records in memory", order.size(), count);
    }

  private:
    void warn(const std::string& text) { result_.warnings.push_back(text); }

    void finish(const std::string& places, size_t files, int count) {
        if (records_.empty()) fail_empty(places, files);
        const std::vector<size_t> shares = share_out(static_cast<size_t>(count));
        for (size_t i = 0; i < records_.size(); ++i) draw(records_[i], shares[i]);
    }

    template <class Load>
    void read_record(const std::string& name, const Load& load) {
        try {
            const std::string text = load();
            Record record;
            record.file = name, record.sha256 = to_hex(sha256(text));
            if (options_.excluded_sha256.contains(record.sha256)) {
                ++result_.excluded_games;
                return;
            }
            if (!seen_.insert(record.sha256).second) return;
            read_lines(parse_sgf(text, name), record);
            if (!record.places.empty()) records_.push_back(std::move(record));
        } catch (const ProtocolError& error) {
            warn(error.what());
        } catch (const IoError& error) {
            warn(error.what());
        }
    }

    std::vector<int> lines_of(const SgfTree& tree) {
        std::vector<int> lines = tree.all_lines();
        if (lines.size() <= kMostLines) return lines;
        rng_.shuffle(lines);
        lines.resize(kMostLines);
        std::sort(lines.begin(), lines.end());
        return lines;
    }

    // Adds every line that can be played to its end; what it shares with the line before it counts once.
    void read_lines(const SgfTree& tree, Record& record) {
        size_t faults = 0;
        std::string last_fault;
        for (const int line_end : lines_of(tree)) {
            try {
                add_line(read_sgf_line(tree, line_end), record);
            } catch (const ProtocolError& error) {
                if (last_fault == error.what()) continue;  // it stands before the lines part
                last_fault = error.what();
                if (++faults <= kFewComplaints) warn(last_fault);
            }
        }
        if (faults > kFewComplaints)
            warn(tree.name + ": " + std::to_string(faults - kFewComplaints) + " more variations cannot be played");
        std::stable_sort(record.places.begin(), record.places.end(),
                         [](const Place& a, const Place& b) { return a.moves < b.moves; });
    }

    void add_line(SgfGame game, Record& record) {
        game.comments = {};
        for (const std::string& warning : game.warnings)
            if (record.told.insert(warning).second) warn(warning);
        const Rules rules = game.rules_or(options_.default_rules);
        const size_t line = record.lines.size();
        const size_t known = record.lines.empty() ? 0 : common_moves(record.lines.back(), game) + 1;
        std::vector<Place> places;
        BoardHistory history = replay(game, rules, 0);
        for (size_t moves = 0;; ++moves) {
            const bool over = history.finished() || history.past_phase_end();
            if (moves >= known && !over) places.push_back({line, moves});
            if (moves == game.moves.size()) break;
            const Move& move = game.moves[moves];
            if (!history.is_tolerated(move.point, move.player))
                throw ProtocolError(game.name + ": move " + std::to_string(moves + 1) + ", " +
                                    vertex_text(move.point, game.size) + ", cannot be played");
            history.make_move(move.point, move.player, PhaseAdvance::Prevented);
        }
        record.places.insert(record.places.end(), places.begin(), places.end());
        record.lines.push_back(std::move(game));
        record.rules.push_back(rules);
    }

    [[noreturn]] void fail_empty(const std::string& places, size_t files) const {
        std::string text = places;
        text += ": no positions: " + std::to_string(files) + " game records found";
        if (result_.excluded_games > 0) text += ", " + std::to_string(result_.excluded_games) + " of them excluded";
        if (!result_.warnings.empty()) text += "; " + result_.warnings.front();
        throw IoError(text);
    }

    // How many positions each record gives: the same number, but where one has fewer, the others give more.
    std::vector<size_t> share_out(size_t count) const {
        std::vector<size_t> order(records_.size()), shares(records_.size());
        std::iota(order.begin(), order.end(), size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](size_t a, size_t b) { return records_[a].places.size() < records_[b].places.size(); });
        for (size_t i = 0; i < order.size(); ++i) {
            const size_t left = order.size() - i;
            shares[order[i]] = std::min(records_[order[i]].places.size(), (count + left - 1) / left);
            count -= shares[order[i]];
        }
        return shares;
    }

    // One position from each of `share` parts of the game.
    void draw(const Record& record, size_t share) {
        if (share == 0) return;
        const size_t all = record.places.size();
        for (size_t part = 0; part < share; ++part) {
            const size_t first = part * all / share, end = (part + 1) * all / share;
            const Place& place = record.places[first + rng_.below(end - first)];
            result_.positions.push_back({replay(record.lines[place.line], record.rules[place.line], place.moves),
                                         static_cast<int>(result_.games.size()),
                                         static_cast<int>(rng_.below(symmetry::kCount))});
        }
        result_.games.push_back({record.file.string(), record.sha256, static_cast<int>(share)});
    }

    const SamplerOptions& options_;
    SampledPositions& result_;
    Rng rng_;
    std::set<std::string> seen_;
    std::vector<Record> records_;
};

}  // namespace

std::vector<fs::path> find_game_records(std::span<const fs::path> paths) {
    std::vector<fs::path> files;
    for (const fs::path& path : paths) {
        std::error_code failure;
        if (!fs::is_directory(path, failure)) {
            if (!fs::exists(path, failure)) throw IoError(path.string() + ": no such file or folder of game records");
            files.push_back(path);
            continue;
        }
        const std::vector<fs::path> found = find_sgf_files(path, failure);
        if (failure) throw IoError(path.string() + ": cannot read the folder: " + failure.message());
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

SampledPositions sample_positions(std::span<const SgfText> records, int count, uint64_t seed,
                                  const SamplerOptions& options) {
    SampledPositions result;
    Sampler(options, result, seed).run(records, count);
    return result;
}

SampledPositions sample_positions(std::span<const std::filesystem::path> paths, int count, uint64_t seed,
                                  const SamplerOptions& options) {
    SampledPositions result;
    Sampler(options, result, seed).run(paths, count);
    return result;
}

}  // namespace katago
