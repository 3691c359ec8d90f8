// SPDX-License-Identifier: MIT
#include "search/policy/root.h"

#include <algorithm>
#include <cmath>

#include "game/symmetry.h"

namespace katago {

namespace {

constexpr double kSettled = 0.95;  // ownership beyond which a point belongs to somebody
constexpr float kHintShare = 0.02f;

bool symmetric_under(const BoardHistory& history, int symmetry) {
    const Board& board = history.board();
    if (!symmetry::map_board(board, symmetry).same_position(board)) return false;
    for (int y = 0; y < board.height(); ++y) {
        for (int x = 0; x < board.width(); ++x) {
            const Point point = point_at(x, y);
            const Point image = symmetry::map_point(point, board.size(), symmetry);
            const auto at = static_cast<size_t>(point), to = static_cast<size_t>(image);
            if (history.recapture_blocked()[at] != history.recapture_blocked()[to] ||
                history.second_encore_start()[at] != history.second_encore_start()[to])
                return false;
        }
    }
    return true;
}

// Is every point left out down to the same depth as its image?
bool symmetric_under(const std::vector<int>& avoid_depths, BoardSize size, int symmetry) {
    for (size_t i = 0; i < avoid_depths.size(); ++i) {
        const int image = symmetry::map_policy_index(static_cast<int>(i), size, symmetry);
        if (avoid_depths[i] != avoid_depths[static_cast<size_t>(image)]) return false;
    }
    return true;
}

bool symmetric_under(const SearchContext& context, int symmetry) {
    const Point hint = context.root_hint;
    return symmetric_under(context.root_history, symmetry) &&
           symmetric_under(context.avoid_depths(opponent(context.root_player())), context.size(), symmetry) &&
           (hint == kNullPoint || symmetry::map_point(hint, context.size(), symmetry) == hint);
}

bool opponent_keeps_passing(const BoardHistory& history) {
    if (history.moves().size() < 7) return false;
    for (const int k : {1, 3, 5, 7}) {
        const Move move = history.move_ago(k);
        if (move.point != kPass || move.player == history.next_player()) return false;
    }
    return true;
}

// Marks, of every set of symmetric points, all but one. From which corner the one is taken depends on the player, as is
// the custom for first moves.
void leave_out_copies(const SearchContext& context, std::vector<uint8_t>& allowed) {
    const BoardSize size = context.size();
    const Player player = context.root_player();
    for (int i = 0; i < size.width; ++i) {
        for (int j = 0; j < size.height; ++j) {
            const int x = player == Color::Black ? size.width - 1 - i : i;
            const int y = player == Color::Black ? j : size.height - 1 - j;
            const Point point = point_at(x, y);
            const int index = policy_index(point, size);
            if (!allowed[static_cast<size_t>(index)] || context.avoided(player, index, 0)) continue;
            for (const int symmetry : context.root_symmetries) {
                const Point image = symmetry::map_point(point, size, symmetry);
                if (image != point) allowed[static_cast<size_t>(policy_index(image, size))] = 0;
            }
        }
    }
}

bool captures(const Board& board, Point move, Player player) {
    return std::any_of(kNeighborSteps.begin(), kNeighborSteps.end(), [&](Point step) {
        const auto point = static_cast<Point>(move + step);
        return board.color(point) == opponent(player) && board.chain_liberties(point) == 1;
    });
}

// Would a stone on the empty point join a group whose life is open to another one of the player's?
bool links_groups(const SearchContext& context, Point move) {
    const Board& board = context.root_board();
    const Player player = context.root_player();
    if (board.color(move) != Color::Empty || context.root_safe_area[static_cast<size_t>(move)] == player) return false;
    Point open = kNullPoint;
    for (const Point step : kNeighborSteps) {
        const auto point = static_cast<Point>(move + step);
        if (board.color(point) == player && context.root_safe_area[static_cast<size_t>(point)] == Color::Empty) {
            open = point;
            break;
        }
    }
    if (open == kNullPoint) return false;
    return std::any_of(kNeighborSteps.begin(), kNeighborSteps.end(), [&](Point step) {
        const auto point = static_cast<Point>(move + step);
        return board.color(point) == player && board.chain_head(point) != board.chain_head(open);
    });
}

// In points for the player to move; `ownership` of the point is his.
double bonus_of_stone(const SearchContext& context, Point move, double ownership, bool area_like) {
    const double points = context.params.root_ending_bonus_points;
    const Board& board = context.root_board();
    const Player player = context.root_player();
    if (board.ko_point() != kNullPoint || board.color(move) != Color::Empty) return 0;
    if (ownership <= -kSettled && !(area_like && captures(board, move, player)))
        return -points * (-kSettled - ownership) / (1 - kSettled);
    if (ownership >= kSettled && !board.touches(move, opponent(player)) && !links_groups(context, move))
        return -points * (ownership - kSettled) / (1 - kSettled);
    return 0;
}

void apply_temperature(std::vector<float>& policy, double temperature) {
    const float maximum = *std::max_element(policy.begin(), policy.end());
    double sum = 0;
    std::vector<double> powered(policy.size());
    for (size_t i = 0; i < policy.size(); ++i)
        if (policy[i] > 0)
            sum += powered[i] = std::exp(std::log(static_cast<double>(policy[i]) / maximum) / temperature);
    for (size_t i = 0; i < policy.size(); ++i)
        if (policy[i] > 0) policy[i] = static_cast<float>(powered[i] / sum);
}

void mix_dirichlet_noise(const SearchParams& params, std::vector<float>& policy, Rng& rng) {
    double mean = 0;
    int legal = 0;
    std::vector<double> alpha(policy.size());
    for (size_t i = 0; i < policy.size(); ++i) {
        if (policy[i] < 0) continue;
        alpha[i] = std::log(std::min(0.01, static_cast<double>(policy[i])) + 1e-20);
        mean += alpha[i];
        ++legal;
    }
    mean /= legal;
    double sum = 0;
    for (size_t i = 0; i < policy.size(); ++i)
        if (policy[i] >= 0) sum += alpha[i] = std::max(0.0, alpha[i] - mean);
    const double uniform = 1.0 / legal;
    double noise_sum = 0;
    for (size_t i = 0; i < policy.size(); ++i) {
        if (policy[i] < 0) continue;
        const double share = sum > 0 ? 0.5 * (alpha[i] / sum + uniform) : uniform;
        noise_sum += alpha[i] = rng.gamma(share * params.root_dirichlet_noise_total_concentration);
    }
    const double weight = params.root_dirichlet_noise_weight;
    for (size_t i = 0; i < policy.size(); ++i)
        if (policy[i] >= 0) policy[i] = static_cast<float>(weight * alpha[i] / noise_sum + (1 - weight) * policy[i]);
}

}  // namespace

std::vector<int> symmetries_of(const SearchContext& context) {
    std::vector<int> symmetries = {symmetry::kIdentity};
    const Board& board = context.root_board();
    if (board.ko_point() != kNullPoint || context.root_history.banned().any()) return symmetries;
    for (int s = 1; s < symmetry::kCount; ++s) {
        if (symmetry::transposes(s) && board.width() != board.height()) continue;
        if (symmetric_under(context, s)) symmetries.push_back(s);
    }
    return symmetries;
}

std::vector<uint8_t> find_allowed_moves(const SearchContext& context) {
    const BoardSize size = context.size();
    std::vector<uint8_t> allowed(static_cast<size_t>(size.area()) + 1, 1);
    if (context.root_symmetries.size() > 1) leave_out_copies(context, allowed);
    if (context.params.root_prune_useless_moves && opponent_keeps_passing(context.root_history)) {
        for (int i = 0; i < size.area(); ++i) {
            const Point point = point_of_policy_index(i, size, size);
            if (context.root_safe_area[static_cast<size_t>(point)] != Color::Empty) allowed[static_cast<size_t>(i)] = 0;
        }
    }
    return allowed;
}

std::vector<double> find_ending_bonus(const SearchContext& context, const Evaluation& evaluation) {
    const BoardSize size = context.size();
    const BoardHistory& history = context.root_history;
    const double points = context.params.root_ending_bonus_points;
    std::vector<double> bonus(static_cast<size_t>(size.area()) + 1, 0.0);
    if (points == 0 || !evaluation.has_ownership()) return bonus;
    const bool area_like = history.rules().scoring == ScoringRule::Area || history.phase() == 2;
    const Player player = context.root_player();
    for (int i = 0; i < size.area(); ++i) {
        const auto at = static_cast<size_t>(i);
        const Point move = point_of_policy_index(i, size, size);
        const double ownership = for_player(player, evaluation.white_ownership[at]);
        bonus[at] = for_player(player, bonus_of_stone(context, move, ownership, area_like));
    }
    const double of_pass = !area_like ? -points * 2 / 3 : history.has_button() ? -points / 2 : 0;
    bonus.back() = for_player(player, of_pass);
    return bonus;
}

std::shared_ptr<const Evaluation> adjust_root_policy(const SearchContext& context, Rng& rng) {
    const SearchParams& params = context.params;
    const double early = params.effective_root_policy_temperature_early();
    if (!params.root_noise_enabled && params.root_policy_temperature == 1 && early == 1 &&
        context.root_hint == kNullPoint)
        return context.root_evaluation;
    auto adjusted = std::make_shared<Evaluation>(*context.root_evaluation);
    std::vector<float>& policy = adjusted->policy;
    const double temperature =
        interpolate_early(early, params.root_policy_temperature, params.chosen_move_temperature_halflife,
                          context.root_history.turn_number(), context.utility.sqrt_area());
    if (temperature != 1) apply_temperature(policy, temperature);
    if (params.root_noise_enabled) mix_dirichlet_noise(params, policy, rng);
    if (context.root_hint != kNullPoint) {
        float moved = 0;
        for (float& prior : policy) {
            if (prior <= 0) continue;
            moved += prior * kHintShare;
            prior -= prior * kHintShare;
        }
        float& hinted = policy[static_cast<size_t>(context.policy_index_of(context.root_hint))];
        if (hinted >= 0) hinted += moved;
    }
    return adjusted;
}

}  // namespace katago
