// SPDX-License-Identifier: MIT
#include "search/run/run.h"

#include <algorithm>
#include <cmath>

#include "search/policy/choice.h"
#include "search/run/memory_limit.h"

namespace katago {

namespace {

constexpr double kClockInterval_s = 0.1;
constexpr double kEndlessTime_s = 1e12;
constexpr int64_t kMostVisits = int64_t{1} << 62;

int64_t scale(int64_t limit, double factor) {
    return static_cast<int64_t>(
        std::ceil(std::min(static_cast<double>(limit) * factor, static_cast<double>(kMostVisits))));
}

double factor_after_passes(const SearchContext& context) {
    const BoardHistory& history = context.root_history;
    if (history.move_ago(1).point != kPass) return 1;
    return history.move_ago(3).point == kPass ? context.params.search_factor_after_two_pass
                                              : context.params.search_factor_after_one_pass;
}

}  // namespace

Run::Run(const SearchContext& context, const Tree& tree, const SearchLimits& limits, const Times& times)
    : context_(context),
      tree_(tree),
      start_(times.start),
      carried_s_(times.carried_s),
      max_visits_(kMostVisits),
      max_playouts_(kMostVisits),
      max_time_s_(SearchParams::kUnlimitedTime),
      max_tree_bytes_(context.params.max_tree_memory_mb > 0 ? context.params.max_tree_memory_mb << 20
                                                            : default_tree_bytes(read_machine_memory(), tree.bytes())),
      pondering_(limits.pondering),
      slowest_before_s_(times.slowest_playout_s) {
    const SearchParams& params = context.params;
    if (tree.root()) start_visits_ = tree.root()->visits();
    if (!limits.unlimited) {
        max_visits_ = pondering_ ? params.max_visits_pondering : params.max_visits;
        max_playouts_ = pondering_ ? params.max_playouts_pondering : params.max_playouts;
        max_time_s_ = pondering_ ? params.max_time_pondering_s : params.max_time_s;
        search_factor_ = limits.search_factor * factor_after_passes(context);
        if (search_factor_ != 1) {
            max_visits_ = scale(max_visits_, search_factor_);
            max_playouts_ = scale(max_playouts_, search_factor_);
            max_time_s_ *= search_factor_;
        }
        max_time_s_ *= limits.time_share;
    }
    threads_ = params.num_threads;
    if (params.min_playouts_per_thread > 0) {
        const auto playouts = static_cast<double>(std::min(max_visits_ - start_visits_, max_playouts_));
        const double most = std::max(1.0, std::floor(playouts / params.min_playouts_per_thread));
        threads_ = static_cast<int>(std::min(most, static_cast<double>(threads_)));
    }
    if (limits.clock && !limits.clock->is_unlimited()) {
        clock_ = limits.clock;
        const Board& board = context.root_board();
        plan_ = clock_->plan(board.area(), board.count(Color::Black) + board.count(Color::White), params.lag_buffer_s);
        plan_.max = TimeControl::longest_thinking(plan_) * limits.time_share;
        plan_.min = std::min(plan_.min, plan_.max);
        plan_.recommended = std::min(plan_.recommended, plan_.max);
        clock_limit_s_ = time_for_move(0);
    }
}

int Run::useful_threads() const {
    // By matches of 100 visits on 9x9: four threads lose nothing, six 90 Elo.
    constexpr double kAtOnce = 4, kVisitsForEach = 32;
    const auto visits = static_cast<double>(start_visits_ + playouts());
    return static_cast<int>(std::min(std::max(kAtOnce, visits / kVisitsForEach), static_cast<double>(threads_)));
}

bool Run::begin_playout() {
    if (stuck() || out_of_time()) return false;
    if (begun_.fetch_add(1, std::memory_order_relaxed) < std::min(max_playouts_, max_visits_ - start_visits_))
        return true;
    begun_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void Run::end_playout(bool counts, double seconds) {
    if (clock_) note_playout_time(seconds);
    if (!counts) {
        begun_.fetch_sub(1, std::memory_order_relaxed);
        fruitless_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    playouts_.fetch_add(1, std::memory_order_relaxed);
    // Seldom written, so that threads do not take the cache line from each other.
    if (fruitless_.load(std::memory_order_relaxed) != 0) fruitless_.store(0, std::memory_order_relaxed);
}

bool Run::out_of_time() const {
    if (playouts_.load(std::memory_order_relaxed) < 2) return false;
    if (max_time_s_ >= kEndlessTime_s && !clock_) return false;
    const double used = seconds();
    if (used >= max_time_s_ || used >= clock_limit_s_.load(std::memory_order_relaxed)) return true;
    if (!clock_) return false;
    // None is begun when one like the slowest would overstep the clock: on a busy machine it is much slower than
    // others. By as much as it is, whatever follows the search may be held up too.
    const double slowest = std::max(slowest_playout_s(), slowest_before_s_);
    const double usual = used * threads_ / static_cast<double>(playouts_.load(std::memory_order_relaxed));
    return used + slowest + std::max(0.0, slowest - usual) >= plan_.max;
}

void Run::note_playout_time(double seconds) {
    double slowest = slowest_playout_s();
    while (seconds > slowest &&
           !slowest_playout_s_.compare_exchange_weak(slowest, seconds, std::memory_order_relaxed)) {
    }
}

double Run::visits_left() const {
    if (context_.params.futile_visits_threshold <= 0) return 1e30;
    const int64_t playouts = playouts_.load(std::memory_order_relaxed);
    auto left = static_cast<double>(std::min(max_playouts_ - playouts, max_visits_ - playouts - start_visits_));
    if (clock_ && !pondering_)
        left = std::min(left, visits_left_until(seconds(), std::min(max_time_s_, clock_limit_s_.load())));
    return left;
}

void Run::update_clock() {
    if (!clock_) return;
    const double used = seconds();
    if (used < next_clock_update_s_) return;
    next_clock_update_s_ = used + kClockInterval_s;
    clock_limit_s_.store(time_for_move(used), std::memory_order_relaxed);
}

double Run::time_for_move(double used) const {
    const SearchParams& params = context_.params;
    const TreeNode* root = tree_.root();
    const bool has_values = root && root->evaluation();
    double time = plan_.recommended * params.overallocate_time_factor;
    if (params.midgame_time_factor != 1) time *= midgame_factor();
    if (params.obvious_moves_time_factor < 1 && has_values) time *= obvious_factor();
    // Time spent on the tree before counts, smoothly so that it never takes all.
    if (time > 1e-20) time *= std::min(1.0, std::log1p(std::exp(6 * (time - carried_s_) / time)) / 6);
    time = std::min(clock_->round_up(used, time, params.lag_buffer_s), plan_.max);
    if (has_values && rest_is_futile(used, time)) time = used * (1 - 1e-10);
    time = std::min(clock_->round_up(used, time, params.lag_buffer_s), plan_.max);
    time = std::max(time, plan_.min) * search_factor_;
    return std::min(time, plan_.max);
}

double Run::midgame_factor() const {
    const SearchParams& params = context_.params;
    const double board_scale = context_.root_board().area() / static_cast<double>(kMaxBoardArea);
    const double turn = context_.root_history.turn_number();
    const double peak = params.midgame_turn_peak_time * board_scale;
    const double decay = params.endgame_turn_time_decay * board_scale;
    const double closeness = turn < peak ? turn / peak : decay > 0 ? std::exp(-(turn - peak) / decay) : 0;
    return 1 + std::clamp(closeness, 0.0, 1.0) * (params.midgame_time_factor - 1);
}

double Run::obvious_factor() const {
    const SearchParams& params = context_.params;
    const Surprise surprise = policy_surprise(context_, *tree_.root());
    const double obvious = std::min(std::exp(-surprise.policy_entropy / params.obvious_moves_policy_entropy_tolerance),
                                    std::exp(-surprise.surprise / params.obvious_moves_policy_surprise_tolerance));
    return 1 + obvious * (params.obvious_moves_time_factor - 1);
}

double Run::visits_left_until(double used, double limit) const {
    const TreeNode* root = tree_.root();
    const double spent = carried_s_ + used;
    if (!root || root->visits() <= 1 || spent < 0.1) return 1e30;
    const double rate = static_cast<double>(root->visits()) / spent;
    return std::ceil(std::max(0.0, limit - used) * rate + threads_ - 1);
}

// Could no other move still get enough visits to be chosen?
bool Run::rest_is_futile(double used, double limit) const {
    const double threshold = context_.params.futile_visits_threshold;
    if (threshold <= 0) return false;
    const TreeNode& root = *tree_.root();
    const double left = visits_left_until(used, limit);
    if (left >= threshold * static_cast<double>(root.visits())) return false;
    const std::vector<MoveValue> values = move_values(context_, root, {.smallest_maximum = 1});
    const MoveValue* best = nullptr;
    int64_t most_visits = 0;
    for (const MoveValue& value : values) {
        if (!value.edge) return false;
        if (!best || value.value > best->value) best = &value;
        most_visits = std::max(most_visits, value.edge->visits());
    }
    if (!best || best->edge->visits() < most_visits) return false;
    const SearchParams& params = context_.params;
    const double temperature = interpolate_early(params.chosen_move_temperature_early, params.chosen_move_temperature,
                                                 params.chosen_move_temperature_halflife,
                                                 context_.root_history.turn_number(), context_.utility.sqrt_area());
    const auto most = static_cast<double>(most_visits);
    double needed = threshold * most;
    if (temperature >= 0.001) needed = std::min(needed, most * std::pow(0.01, temperature));
    return std::all_of(values.begin(), values.end(), [&](const MoveValue& value) {
        return &value == best || static_cast<double>(value.edge->visits()) + left < needed;
    });
}

}  // namespace katago
