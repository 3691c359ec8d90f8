// SPDX-License-Identifier: MIT
#include "search/ownership.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace katago {

namespace {

// Sums ownership over a tree, each evaluation by its share in the root's value.
class OwnershipSum {
  public:
    OwnershipSum(const SearchContext& context, const TreeNode& start)
        : context_(context),
          sum_(static_cast<size_t>(context.size().area())),
          sum_sq_(sum_.size()),
          smallest_(0.5 / std::pow(static_cast<double>(std::max<int64_t>(1, start.visits())), 0.75)) {}

    // False where the node has nothing to add.
    bool add(const TreeNode& node, double share) {
        const Evaluation* evaluation = node.evaluation();
        if (!evaluation || !evaluation->has_ownership()) return false;
        const bool cycle = std::find(path_.begin(), path_.end(), &node) != path_.end();
        if (share < smallest_ || !node.has_edges() || cycle) {
            add_own(*evaluation, share);
            return true;
        }
        double weight_sum = 0, square_sum = 0;
        std::vector<std::pair<const TreeNode*, double>> children;
        for (const Edge& edge : node.edges()) {
            const double weight = edge_weight(edge, *edge.child());
            if (weight <= 0) continue;
            children.emplace_back(edge.child(), weight);
            weight_sum += weight;
            square_sum += weight * weight;
        }
        const double own_weight = std::max(evaluation_weight(context_.params, context_.utility, *evaluation), 1e-10);
        const double below = square_sum > 0 ? share * weight_sum / (weight_sum + own_weight) : 0;
        double own_share = share - below;
        path_.push_back(&node);
        for (const auto& [child, weight] : children) {
            const double child_share = square_sum > 0 ? below * weight * weight / square_sum : 0;
            if (child_share < 0.01 * smallest_ || !add(*child, child_share)) own_share += child_share;
        }
        path_.pop_back();
        add_own(*evaluation, own_share);
        return true;
    }

    Ownership result() const {
        Ownership ownership{sum_, sum_sq_};
        for (size_t i = 0; i < sum_.size(); ++i) {
            ownership.mean[i] = sum_[i] / total_;
            const double mean_sq = sum_sq_[i] / total_;
            ownership.stdev[i] = std::sqrt(std::max(0.0, mean_sq - ownership.mean[i] * ownership.mean[i]));
        }
        return ownership;
    }

  private:
    void add_own(const Evaluation& evaluation, double share) {
        for (size_t i = 0; i < sum_.size(); ++i) {
            const double value = evaluation.white_ownership[i];
            sum_[i] += share * value;
            sum_sq_[i] += share * value * value;
        }
        total_ += share;
    }

    const SearchContext& context_;
    std::vector<double> sum_;
    std::vector<double> sum_sq_;
    const double smallest_;
    double total_ = 0;
    std::vector<const TreeNode*> path_;
};

}  // namespace

Ownership average_ownership(const SearchContext& context, const TreeNode& node) {
    OwnershipSum sum(context, node);
    if (!sum.add(node, 1)) return {};
    return sum.result();
}

}  // namespace katago
