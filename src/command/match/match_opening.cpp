// SPDX-License-Identifier: MIT
#include "command/match/match_opening.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"
#include "eval/eval_thread.h"
#include "eval/sgf_metadata.h"
#include "game/symmetry.h"
#include "search/policy/choice.h"

namespace katago {

namespace {

// Of komi, towards fair; each sees the score that the last one left.
constexpr int kKomiRounds = 6;

float half_integer(double komi) {
    const double limit = static_cast<double>(kMaxKomi);
    return static_cast<float>(std::clamp(std::round(2 * komi) / 2, -limit, limit));
}

size_t opening_moves(const MatchSettings& settings, const SgfGame& record) {
    return static_cast<size_t>(settings.opening_moves > 0 ? settings.opening_moves : record.size.area() / 10);
}

// Files that are no records, or whose opening cannot be played, are told of in `warnings`.
std::vector<SgfGame> read_records(const MatchSettings& settings, std::vector<std::string>& warnings) {
    const std::filesystem::path folder = settings.openings_dir;
    std::error_code failure;
    const std::vector<std::filesystem::path> files = find_sgf_files(folder, failure);
    if (failure) throw IoError("Could not read openings folder " + folder.string() + ": " + failure.message());
    if (files.empty()) throw IoError("No .sgf files in openings folder " + folder.string());
    std::vector<SgfGame> records;
    records.reserve(files.size());
    for (const std::filesystem::path& file : files) {
        try {
            SgfGame record = load_sgf_game(file);
            replay(record, settings.rules, opening_moves(settings, record));
            records.push_back(std::move(record));
        } catch (const Error& error) {
            warnings.push_back(std::string("left out: ") + error.what());
        }
    }
    if (records.empty()) throw IoError(folder.string() + ": no opening can be used; " + warnings.front());
    return records;
}

const std::string& draw_item(const std::vector<std::string>& items, Rng& rng) {
    return items[rng.below(items.size())];
}

// The network of a bot, which evaluates openings.
class Network {
  public:
    explicit Network(const MatchBot& bot)
        : thread_(bot.evaluator, /*seed=*/0), profile_(profile_of_name(bot.settings.player.search.human_profile)) {
        if (profile_) options_.metadata = &*profile_;
    }
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    // The mean of all eight views: no chance in it.
    std::shared_ptr<const Evaluation> look(const BoardHistory& history) {
        return thread_.evaluate_mean(history.board(), history, history.next_player(), options_, symmetry::kCount);
    }

  private:
    EvalThread thread_;
    std::optional<SgfMetadata> profile_;
    EvalOptions options_;
};

void make_komi_fair(BoardHistory& history, Network& network) {
    for (int round = 0; round < kKomiRounds; ++round) {
        const float komi = half_integer(static_cast<double>(history.rules().komi - network.look(history)->white_lead));
        if (komi == history.rules().komi) return;
        history.set_komi(komi);
    }
}

void play_policy_moves(const MatchSettings& settings, BoardHistory& history, Network& network, Rng& rng) {
    const double mean = settings.policy_init_area_prop * history.board().area();
    const auto moves = static_cast<int>(-std::log(1 - rng.uniform()) * mean);
    for (int i = 0; i < moves; ++i) {
        const auto evaluation = network.look(history);
        std::vector<double> weights(evaluation->policy.begin(), evaluation->policy.end());
        weights.pop_back();  // never a pass
        for (double& weight : weights) weight = std::max(0.0, weight);
        if (*std::max_element(weights.begin(), weights.end()) <= 0) return;
        const size_t chosen = draw_index(weights, settings.policy_init_area_temperature, /*only_below=*/1, rng);
        const BoardSize size = history.board().size();
        history.make_move(point_of_policy_index(static_cast<int>(chosen), size, size), history.next_player());
    }
}

}  // namespace

MatchOpenings::MatchOpenings(const MatchSettings& settings, const std::string& seed)
    : settings_(settings), seed_(seed) {
    if (settings.openings_dir.empty()) return;
    records_ = read_records(settings, warnings_);
    for (const SgfGame& record : records_)
        warnings_.insert(warnings_.end(), record.warnings.begin(), record.warnings.end());
    Rng rng(seed + "/openings");
    rng.shuffle(records_);
    for (size_t i = 0; i < records_.size(); ++i) draw_recorded(static_cast<int64_t>(i), settings.rules);
}

Rules MatchOpenings::draw_rules(Rng& rng) const {
    Rules rules = settings_.rules;
    const auto draw = [&](const std::vector<std::string>& items, std::string_view key) {
        if (!items.empty()) rules = with_rule(rules, key, draw_item(items, rng));
    };
    draw(settings_.ko_rules, "ko");
    draw(settings_.scoring_rules, "scoring");
    draw(settings_.tax_rules, "tax");
    draw(settings_.suicide_rules, "suicide");
    draw(settings_.buttons, "hasButton");
    if (rules.scoring != ScoringRule::Area) rules.has_button = false;
    const bool drawn = !settings_.scoring_rules.empty() || !settings_.buttons.empty();
    if (drawn) rules.komi = default_komi(rules.scoring, rules.has_button);
    if (settings_.komi_mean) rules.komi = half_integer(*settings_.komi_mean + settings_.komi_stdev * rng.gaussian());
    return rules;
}

BoardHistory MatchOpenings::draw_recorded(int64_t pair, const Rules& rules) const {
    const SgfGame& record = records_[static_cast<size_t>(pair) % records_.size()];
    const size_t moves = opening_moves(settings_, record);
    BoardHistory history = replay(record, rules, moves);
    if (history.finished() || history.past_phase_end())
        throw ProtocolError(record.name + ": the game is over after " + std::to_string(moves) +
                            " moves; begin with fewer of them (openingMoves)");
    return history;
}

BoardHistory MatchOpenings::make(int64_t pair, const MatchBot& bot) const {
    Rng rng(seed_ + "/pair/" + std::to_string(pair));
    const size_t board = draw_index(settings_.board_size_weights, /*temperature=*/1, /*only_below=*/1, rng);
    const int length = settings_.board_sizes[board];
    const Rules rules = draw_rules(rng);
    Network network(bot);
    BoardHistory history =
        records_.empty() ? BoardHistory(Board({length, length}), Color::Black, rules) : draw_recorded(pair, rules);
    if (records_.empty() && settings_.init_games_with_policy) play_policy_moves(settings_, history, network, rng);
    if (settings_.komi_auto) make_komi_fair(history, network);
    return history;
}

}  // namespace katago
