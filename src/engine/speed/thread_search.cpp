// SPDX-License-Identifier: MIT
#include "engine/speed/thread_search.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.h"

namespace katago {

namespace {

constexpr size_t kEloColumns = 5;

std::string signed_elo(double difference) {
    return (difference < 0 ? "-" : "+") + fixed_number(std::abs(difference), 0);
}

}  // namespace

std::vector<int> thread_candidates(int cores) {
    std::vector<int> candidates;
    for (const int factor : {1, 3, 5})
        for (int threads = factor; threads <= cores; threads *= 2) candidates.push_back(threads);
    std::sort(candidates.begin(), candidates.end());
    if (candidates.back() != cores) candidates.push_back(cores);
    return candidates;
}

std::vector<int> thread_candidates(const ThreadCounts& threads) {
    if (!threads.share_batches) return thread_candidates(threads.useful);
    std::vector<int> candidates;
    for (int count = 1; count <= 2 * threads.useful; count *= 2) candidates.push_back(count);
    return candidates;
}

std::vector<SearchSpeed> search_threads(std::span<const int> candidates, double seconds_per_move,
                                        const std::function<SearchSpeed(int threads)>& measure) {
    std::map<int, SearchSpeed> measured;
    auto elo = [&](int index) {
        const int threads = candidates[static_cast<size_t>(index)];
        auto found = measured.find(threads);
        if (found == measured.end()) found = measured.emplace(threads, measure(threads)).first;
        return elo_of(found->second, seconds_per_move);
    };
    int low = 0;
    int high = static_cast<int>(candidates.size()) - 1;
    while (low <= high) {
        const int first = low + (high - low) / 3;
        const int second = high - (high - low) / 3;
        const double elo_of_first = elo(first);
        if (elo_of_first < elo(second))
            low = first + 1;
        else
            high = second - 1;
    }
    std::vector<SearchSpeed> speeds;
    for (const auto& [threads, speed] : measured) speeds.push_back(speed);
    return speeds;
}

size_t best_of(std::span<const SearchSpeed> speeds, double seconds_per_move) {
    const auto best = std::max_element(speeds.begin(), speeds.end(), [&](const auto& a, const auto& b) {
        return elo_of(a, seconds_per_move) < elo_of(b, seconds_per_move);
    });
    return static_cast<size_t>(best - speeds.begin());
}

std::string elo_difference_text(const SearchSpeed& speed, const SearchSpeed& baseline, double seconds_per_move) {
    if (speed.threads == baseline.threads) return " (EloDiff baseline)";
    return " (EloDiff " + signed_elo(elo_of(speed, seconds_per_move) - elo_of(baseline, seconds_per_move)) + ")";
}

std::string comparison_text(std::span<const SearchSpeed> speeds, double seconds_per_move) {
    const size_t best = best_of(speeds, seconds_per_move);
    std::string text =
        "Twice the speed is worth some 250 Elo at equal quality; each thread more makes the search a little worse.\n"
        "Both go into this comparison, which shifts toward more threads the more time there is for a move.\n"
        "So APPROXIMATELY based on this benchmark, if you intend to do a " +
        default_number(seconds_per_move) + " second search: \n";
    for (size_t i = 0; i < speeds.size(); ++i) {
        const std::string threads = std::to_string(speeds[i].threads);
        const std::string elo = signed_elo(elo_of(speeds[i], seconds_per_move) - elo_of(speeds[0], seconds_per_move));
        text += "numSearchThreads = " + std::string(threads.size() < 2 ? " " : "") + threads + ": ";
        text +=
            i == 0 ? "(baseline)" : std::string(kEloColumns - std::min(kEloColumns, elo.size()), ' ') + elo + " Elo";
        text += i == best ? " (recommended)\n" : "\n";
    }
    return text;
}

}  // namespace katago
