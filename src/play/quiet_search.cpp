// SPDX-License-Identifier: MIT
#include "play/quiet_search.h"

#include <algorithm>
#include <exception>
#include <map>

#include "core/error.h"
#include "play/use_params.h"

namespace katago {

namespace {

// A chain lives if the ownership of its points is on average above the first and nowhere below the second.
constexpr double kAliveMean = 0.2;
constexpr double kAliveWorst = -0.6;

}  // namespace

void QuietSearch::with(const Loan& loan, const std::function<void(QuietSearch&)>& use) {
    const SearchParams params_before = loan.search.params();
    std::exception_ptr first_failure;
    const auto attempt = [&](const auto& step) {
        try {
            step();
        } catch (...) {
            if (!first_failure) first_failure = std::current_exception();
        }
    };
    attempt([&] {
        QuietSearch quiet(loan);
        use(quiet);
    });
    attempt([&] { use_params(loan.search, params_before); });
    attempt([&] {
        loan.search.avoid_earlier_games(loan.avoided_games);
        loan.search.set_position(loan.game);
    });
    if (first_failure) std::rethrow_exception(first_failure);
}

QuietSearch::Findings QuietSearch::run(const BoardHistory& history, int64_t visits, double seconds) {
    SearchParams params = loan_.params.quiet(visits);
    params.max_time_s = std::min(params.max_time_s, seconds);
    params.playout_doubling_advantage = 0;
    params.conservative_pass = true;
    params.anti_mirror = false;
    params.avoid_repeated_pattern_utility = 0;
    params = params.without_human();
    Search& search = loan_.search;
    use_params(search, params);
    search.avoid_earlier_games(nullptr);
    search.clear_avoid_moves();
    search.set_ownership_wanted(true);
    search.set_position(history);
    search.run(SearchLimits{});
    const std::optional<NodeValues> values = search.root_values();
    if (!values) throw ProtocolError("The position could not be searched");
    return {*values, search.tree_ownership()};
}

std::vector<Point> dead_stones(const Board& board, const Ownership& ownership) {
    struct Chain {
        double sum = 0, worst = 1;
        int stones = 0;
        bool alive() const { return sum / stones > kAliveMean && worst > kAliveWorst; }
    };
    std::map<Point, Chain> chains;
    const std::vector<Stone> stones = board.stones();
    for (const Stone& stone : stones) {
        const double white = ownership.mean[static_cast<size_t>(policy_index(stone.point, board.size()))];
        const double own = stone.color == Color::White ? white : -white;
        Chain& chain = chains[board.chain_head(stone.point)];
        chain.sum += own;
        chain.worst = std::min(chain.worst, own);
        ++chain.stones;
    }
    std::vector<Point> dead;
    for (const Stone& stone : stones)
        if (!chains[board.chain_head(stone.point)].alive()) dead.push_back(stone.point);
    return dead;
}

}  // namespace katago
