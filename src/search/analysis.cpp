// SPDX-License-Identifier: MIT
#include "search/analysis.h"

#include <algorithm>
#include <cmath>

#include "game/symmetry.h"
#include "search/ownership.h"
#include "search/policy/choice.h"
#include "search/policy/puct.h"

namespace katago {

namespace {

// Appends the best moves from below `node`.
void follow_pv(const SearchContext& context, const TreeNode* node, int length, AnalysisMove& move) {
    for (int i = 0; i < length && node->evaluation() && node->has_edges(); ++i) {
        const std::vector<MoveValue> values = move_values(context, *node, {});
        const auto best = std::max_element(values.begin(), values.end(),
                                           [](const MoveValue& a, const MoveValue& b) { return a.value < b.value; });
        if (best == values.end() || !best->edge) return;
        node = best->edge->child();
        move.pv.push_back(best->move);
        move.pv_visits.push_back(node->visits());
        move.pv_edge_visits.push_back(best->edge->visits());
    }
}

// What a move without visits is taken to be like: its parent, at the first-play utility.
NodeValues values_of_unvisited(const SearchContext& context, const NodeStats& parent, double fpu) {
    NodeStats guess = parent;
    guess.win_loss =
        context.params.win_loss_utility_factor == 1 ? std::clamp(parent.win_loss + fpu - parent.utility, -1.0, 1.0) : 0;
    guess.no_result = 0;
    guess.utility = fpu;
    guess.visits = 0;
    guess.weight = 0;
    return values_of(guess);
}

class MoveLister {
  public:
    MoveLister(const SearchContext& context, const TreeNode& root, const ReportOptions& options)
        : context_(context), root_(root), options_(options), stats_(root.stats()), evaluation_(*root.evaluation()) {
        double visited_policy = 0;
        for (const Edge& edge : root.edges()) visited_policy += std::max(0.0, prior(edge.move()));
        fpu_ = first_play_utility(context, root, stats_, visited_policy);
    }

    std::vector<AnalysisMove> list() {
        for (const MoveValue& value : searched_values()) moves_.push_back(searched(value));
        if (static_cast<int>(moves_.size()) < options_.min_moves) fill_by_policy();
        std::stable_sort(moves_.begin(), moves_.end(), [](const AnalysisMove& a, const AnalysisMove& b) {
            if ((a.edge_visits > 0) != (b.edge_visits > 0)) return a.edge_visits > 0;
            if (a.play_selection_value != b.play_selection_value)
                return a.play_selection_value > b.play_selection_value;
            if (a.edge_visits != b.edge_visits) return a.edge_visits > b.edge_visits;
            return a.prior > b.prior;
        });
        if (options_.symmetry_copies && context_.root_symmetries.size() > 1) add_symmetry_copies();
        for (size_t i = 0; i < moves_.size(); ++i) moves_[i].order = static_cast<int>(i);
        return std::move(moves_);
    }

  private:
    double prior(Point move) const { return evaluation_.policy[static_cast<size_t>(context_.policy_index_of(move))]; }

    std::optional<double> human_prior(Point move) const {
        if (!context_.root_human_evaluation) return std::nullopt;
        return std::max(0.0f,
                        context_.root_human_evaluation->policy[static_cast<size_t>(context_.policy_index_of(move))]);
    }

    std::vector<MoveValue> searched_values() const {
        std::vector<MoveValue> values = move_values(context_, root_, {.raw_policy = false, .smallest_maximum = 1});
        std::erase_if(values, [](const MoveValue& value) { return !value.edge; });
        if (!values.empty()) return values;
        for (const Edge& edge : root_.edges()) {
            const double radius = 2 * context_.utility.radius() * context_.params.lcb_stdevs;
            values.push_back({edge.move(), &edge, 0, {-radius, radius}});
        }
        return values;
    }

    AnalysisMove searched(const MoveValue& value) const {
        const TreeNode& child = *value.edge->child();
        const NodeStats stats = child.stats();
        AnalysisMove move;
        move.move = value.move;
        move.values =
            stats.visits > 0 && stats.weight > 1e-30 ? values_of(stats) : values_of_unvisited(context_, stats_, fpu_);
        move.edge_visits = value.edge->visits();
        move.edge_weight = edge_weight(*value.edge, child);
        move.prior = prior(value.move);
        move.human_prior = human_prior(value.move);
        move.radius = value.bound.radius;
        move.utility_lcb = for_player(root_.player(), value.bound.lcb);
        const double winrate_radius =
            move.radius * 0.5 * context_.params.win_loss_utility_factor / (context_.utility.radius() + 1e-20);
        move.lcb = move.values.winrate() - for_player(root_.player(), winrate_radius);
        move.play_selection_value = value.value;
        move.pv = {value.move};
        move.pv_visits = {stats.visits};
        move.pv_edge_visits = {move.edge_visits};
        follow_pv(context_, &child, options_.pv_length, move);
        if (options_.moves_ownership || options_.moves_ownership_stdev)
            move.ownership = average_ownership(context_, child);
        return move;
    }

    void fill_by_policy() {
        std::vector<int> open;
        for (int i = 0; i < static_cast<int>(evaluation_.policy.size()); ++i) {
            const Point point = point_of_policy_index(i, context_.size(), context_.size());
            if (evaluation_.policy[static_cast<size_t>(i)] >= 0 && context_.root_allowed[static_cast<size_t>(i)] &&
                !context_.avoided(root_.player(), i, 0) && !listed(point))
                open.push_back(i);
        }
        std::stable_sort(open.begin(), open.end(), [&](int a, int b) {
            return evaluation_.policy[static_cast<size_t>(a)] > evaluation_.policy[static_cast<size_t>(b)];
        });
        for (const int index : open) {
            if (static_cast<int>(moves_.size()) >= options_.min_moves) break;
            AnalysisMove move;
            move.move = point_of_policy_index(index, context_.size(), context_.size());
            move.values = values_of_unvisited(context_, stats_, fpu_);
            move.prior = evaluation_.policy[static_cast<size_t>(index)];
            move.human_prior = human_prior(move.move);
            move.pv = {move.move};
            move.pv_visits = {0};
            move.pv_edge_visits = {0};
            moves_.push_back(std::move(move));
        }
    }

    bool listed(Point point) const {
        return std::any_of(moves_.begin(), moves_.end(), [point](const AnalysisMove& m) { return m.move == point; });
    }

    void add_symmetry_copies() {
        const std::vector<AnalysisMove> originals = std::move(moves_);
        moves_.clear();
        const auto original = [&](Point point) {
            return std::any_of(originals.begin(), originals.end(),
                               [point](const AnalysisMove& move) { return move.move == point; });
        };
        for (const AnalysisMove& move : originals) {
            moves_.push_back(move);
            for (const int symmetry : context_.root_symmetries) {
                const Point image = symmetry::map_point(move.move, context_.size(), symmetry);
                if (original(image) || listed(image) ||
                    context_.avoided(root_.player(), context_.policy_index_of(image), 0))
                    continue;
                moves_.push_back(copy_by(symmetry, move, image));
            }
        }
    }

    AnalysisMove copy_by(int symmetry, const AnalysisMove& original, Point image) const {
        AnalysisMove copy = original;
        copy.move = image;
        copy.symmetry_of = original.move;
        copy.symmetry = symmetry;
        for (Point& point : copy.pv) point = symmetry::map_point(point, context_.size(), symmetry);
        const auto turn = [&](std::vector<double>& to, const std::vector<double>& from) {
            for (int i = 0; i < static_cast<int>(from.size()); ++i)
                to[static_cast<size_t>(symmetry::map_policy_index(i, context_.size(), symmetry))] =
                    from[static_cast<size_t>(i)];
        };
        turn(copy.ownership.mean, original.ownership.mean);
        turn(copy.ownership.stdev, original.ownership.stdev);
        end_before_avoided(copy);
        return copy;
    }

    // Ends a copied variation where it would go on with a move that its player is to avoid.
    void end_before_avoided(AnalysisMove& copy) const {
        Player player = root_.player();
        for (size_t depth = 0; depth < copy.pv.size(); ++depth, player = opponent(player)) {
            if (!context_.avoided(player, context_.policy_index_of(copy.pv[depth]), static_cast<int>(depth))) continue;
            copy.pv.resize(depth);
            copy.pv_visits.resize(depth);
            copy.pv_edge_visits.resize(depth);
            return;
        }
    }

    const SearchContext& context_;
    const TreeNode& root_;
    const ReportOptions& options_;
    const NodeStats stats_;
    const Evaluation& evaluation_;
    double fpu_ = 0;
    std::vector<AnalysisMove> moves_;
};

RootInfo root_info(const SearchContext& context, const TreeNode& root) {
    const Evaluation& raw = *context.root_evaluation;
    RootInfo info;
    info.player = root.player();
    info.values = values_of(pruned_stats(context, root));
    info.raw_winrate = 0.5 + 0.5 * (static_cast<double>(raw.white_win) - static_cast<double>(raw.white_loss));
    info.raw_lead = raw.white_lead;
    info.raw_score_mean = raw.white_score_mean;
    info.raw_score_stdev = stats_of(raw, 1, context.utility).score_stdev();
    info.raw_no_result = raw.no_result;
    info.raw_shortterm_winloss_error = raw.shortterm_winloss_error;
    info.raw_shortterm_score_error = raw.shortterm_score_error;
    info.raw_var_time_left = raw.var_time_left;
    if (const Evaluation* human = context.root_human_evaluation.get()) {
        const NodeStats stats = stats_of(*human, 1, context.utility);
        info.human = {0.5 + 0.5 * stats.win_loss, stats.score_mean, stats.score_stdev(), human->shortterm_winloss_error,
                      human->shortterm_score_error};
    }
    const Board& board = context.root_board();
    info.this_hash = info.symmetric_hash = board.situation_hash(root.player());
    for (int s = 1; s < symmetry::kCount; ++s)
        info.symmetric_hash =
            std::min(info.symmetric_hash, symmetry::map_board(board, s).situation_hash(root.player()));
    return info;
}

}  // namespace

NodeValues values_of(const NodeStats& stats) {
    return {.visits = stats.visits,
            .weight = stats.weight,
            .win_loss = stats.win_loss,
            .no_result = stats.no_result,
            .score_mean = stats.score_mean,
            .score_stdev = stats.score_stdev(),
            .lead = stats.lead,
            .utility = stats.utility};
}

Report make_report(const SearchContext& context, const TreeNode& root, const ReportOptions& options) {
    Report report;
    report.has_root = true;
    report.root = root_info(context, root);
    report.moves = MoveLister(context, root, options).list();
    if (options.ownership || options.ownership_stdev) report.ownership = average_ownership(context, root);
    report.policy = context.root_evaluation->policy;
    if (context.root_human_evaluation) report.human_policy = context.root_human_evaluation->policy;
    return report;
}

}  // namespace katago
