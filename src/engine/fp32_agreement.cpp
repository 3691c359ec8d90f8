// SPDX-License-Identifier: MIT
#include "engine/fp32_agreement.h"

#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <utility>
#include <variant>

#include "backend/tuning_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/heap.h"
#include "core/machine.h"
#include "engine/benchmark_positions.h"
#include "eval/make_evaluator.h"

namespace katago {

namespace {

// Raise it when kernels change their results.
constexpr int kAgreementVersion = 6;
constexpr int kBigPositions = 4, kSmallPositions = 2;

// The small ones first: they tell how long the others take.
std::vector<BoardHistory> built_in_positions() {
    std::vector<BoardHistory> positions = benchmark_positions(9, kSmallPositions);
    for (BoardHistory& position : benchmark_positions(19, kBigPositions)) positions.push_back(std::move(position));
    return positions;
}

// A hash that tells networks apart: of every 61st weight of each linear layer.
uint64_t fingerprint(const Graph& graph) {
    uint64_t hash = graph.nodes().size();
    for (const Node& node : graph.nodes()) {
        std::visit(
            [&](const auto& layer) {
                if constexpr (requires { layer.weights; }) {
                    const Weights weights = layer.weights.floats();
                    for (size_t i = 0; i < weights->size(); i += 61) {
                        uint32_t bits = 0;
                        std::memcpy(&bits, &(*weights)[i], sizeof(bits));
                        hash = mix::lc1(hash ^ bits);
                    }
                }
            },
            node.layer);
    }
    return mix::murmur(hash);
}

std::string text_of(const Difference& d) {
    std::ostringstream out;
    out.precision(std::numeric_limits<double>::max_digits10);
    out << d.same_best << " " << d.kl << " " << d.right_winrate << " " << d.found_winrate << " " << d.right_score << " "
        << d.found_score;
    return out.str();
}

std::optional<Difference> parse_difference(const std::string& text) {
    std::istringstream in(text);
    Difference d;
    in >> d.same_best >> d.kl >> d.right_winrate >> d.found_winrate >> d.right_score >> d.found_score;
    return in ? std::optional(d) : std::nullopt;
}

using Answers = std::vector<std::shared_ptr<const Evaluation>>;

// The comparison of one network, position by position, with what the tuning folder has of it.
class Comparison {
  public:
    Comparison(const ComparedLoad& load, const LoadedModel& loaded)
        : load_(load),
          backend_(*load.choice.chosen.backend),
          file_(load.options.tuning_folder / "agreement.txt",
                "katago agreement " + std::to_string(kAgreementVersion) + ", " + cpu_name()),
          key_(load.model.info.name + ", " + std::to_string(fingerprint(*load.model.graph)) + ", " +
               backend_.description() + ", " + loaded.description() +
               (load.choice.chosen.device ? ", " + load.choice.chosen.device->identity : "")) {
        const std::vector<BoardHistory> positions = built_in_positions();
        all_ = positions.size();
        for (size_t i = 0; i < all_; ++i) {
            const std::string known = load.options.measure_again ? "" : file_.find(key_of(i)).value_or("");
            if (const auto difference = parse_difference(known)) {
                differences_.push_back(*difference);
            } else {
                missing_.push_back(positions[i]);
                missing_keys_.push_back(key_of(i));
            }
        }
    }

    bool is_complete() const { return missing_.empty(); }

    void run(std::shared_ptr<const LoadedModel>& loaded) {
        MeasuringTime& time = *load_.options.time;
        const size_t least = load_.choice.chosen.device && differences_.empty() ? 1 : 0;
        Answers exact;
        if (time.goes_on() || least > 0) {
            // One after the other: a big network twice would not fit into a small board.
            loaded.reset();
            exact = evaluate(load_.choice.exact().load(*load_.model.graph), time.seconds_left() / 2, least);
            return_free_memory();
            LoadOptions again = load_.options;
            again.measure_again = false;
            loaded = backend_.load(*load_.model.graph, again);
        }
        if (exact.size() < missing_.size())
            time.leave("the comparison with FP32 in " + std::to_string(missing_.size() - exact.size()) + " of " +
                       std::to_string(all_) + " positions");
        if (exact.empty()) return;
        missing_.erase(missing_.begin() + static_cast<std::ptrdiff_t>(exact.size()), missing_.end());
        const Answers fast = evaluate(loaded, std::numeric_limits<double>::infinity(), missing_.size());
        for (size_t i = 0; i < fast.size(); ++i) {
            differences_.push_back(compare(*exact[i], *fast[i]));
            file_.set(missing_keys_[i], text_of(differences_.back()));
            time.count();
        }
        file_.save_or_tell("The comparison with FP32 is", load_.options.log);
    }

    Agreement agreement() const { return summarize(differences_); }

  private:
    std::string key_of(size_t position) const { return key_ + ", position " + std::to_string(position); }

    // What a network answers to the missing positions: to as many of the first ones as `seconds` are likely to suffice
    // for, but `least`.
    Answers evaluate(std::shared_ptr<const LoadedModel> network, double seconds, size_t least) const {
        // Attention takes more than its share on bigger boards, and all cores share the memory.
        constexpr double kBiggerBoardsTakeMore = 1.3;
        const auto evaluator = make_evaluator(load_.model.info, load_.model.graph->meta_channels(), std::move(network),
                                              {.cache_size_power_of_two = -1});
        MeasuringTime& time = *load_.options.time;
        const double end = time.seconds_spent() + seconds;
        double seconds_per_point = 0;
        Answers answers;
        while (answers.size() < missing_.size()) {
            const std::span<const BoardHistory> round = next_round(answers.size());
            const double points = round.front().board().size().area(), begin = time.seconds_spent();
            const bool fits = begin + kBiggerBoardsTakeMore * seconds_per_point * points < end;
            if (!fits && answers.size() >= least) break;
            const auto show = [&](size_t, size_t) {
                time.poll();
                if (load_.progress) load_.progress(static_cast<int>(answers.size()), static_cast<int>(missing_.size()));
            };
            const Answers more =
                evaluate_positions(*evaluator, round, {.threads = static_cast<int>(round.size()), .progress = show});
            answers.insert(answers.end(), more.begin(), more.end());
            seconds_per_point = (time.seconds_spent() - begin) / points;
        }
        return answers;
    }

    // As many positions of one size of board as there are cores.
    std::span<const BoardHistory> next_round(size_t first) const {
        const int area = missing_[first].board().size().area();
        size_t end = first;
        while (end < missing_.size() && end - first < static_cast<size_t>(usable_cores()) &&
               missing_[end].board().size().area() == area)
            ++end;
        return std::span(missing_).subspan(first, end - first);
    }

    const ComparedLoad& load_;
    const Backend& backend_;
    TuningFile file_;
    std::string key_;
    size_t all_ = 0;
    std::vector<Difference> differences_;
    std::vector<BoardHistory> missing_;
    std::vector<std::string> missing_keys_;
};

}  // namespace

Agreement agreement_with_fp32(const ComparedLoad& load, std::shared_ptr<const LoadedModel>& loaded) {
    Comparison comparison(load, *loaded);
    if (!comparison.is_complete()) comparison.run(loaded);
    return comparison.agreement();
}

}  // namespace katago
