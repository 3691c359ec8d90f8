// SPDX-License-Identifier: MIT
#include "search/tree/node.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <thread>
#include <type_traits>

namespace katago {

namespace {

// Slots of the pieces of an edge list, first to last: few nodes have many children, and all moves fit in the five.
constexpr int kBlockSizes[] = {3, 9, 27, 81, kMaxPolicySize - 120};

}  // namespace

double NodeStats::score_stdev() const {
    return std::sqrt(std::max(0.0, score_mean_sq - score_mean * score_mean));
}

void NodeStats::add_weighted(const NodeStats& values, double by) {
    win_loss += values.win_loss * by;
    no_result += values.no_result * by;
    score_mean += values.score_mean * by;
    score_mean_sq += values.score_mean_sq * by;
    lead += values.lead * by;
    utility += values.utility * by;
    utility_sq += values.utility_sq * by;
}

void NodeStats::divide_by(double total) {
    for (double* value : {&win_loss, &no_result, &score_mean, &score_mean_sq, &lead, &utility, &utility_sq})
        *value /= total;
}

EdgeBlock* EdgeBlock::make(int size) {
    static_assert(std::is_trivially_destructible_v<Edge> && alignof(EdgeBlock) <= alignof(std::max_align_t));
    void* const memory = ::operator new(static_cast<size_t>(bytes(size)));
    auto* const block = new (memory) EdgeBlock(size);
    std::uninitialized_default_construct_n(reinterpret_cast<Edge*>(block + 1), size);
    return block;
}

void EdgeBlock::free(EdgeBlock* block) {
    block->~EdgeBlock();
    ::operator delete(block);
}

// Held for some dozens of instructions, so a waiting thread just offers its turn.
class TreeNode::Lock {
  public:
    explicit Lock(TreeNode& node) : flag_(node.lock_) {
        while (flag_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    }
    ~Lock() { flag_.clear(std::memory_order_release); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    std::atomic_flag& flag_;
};

TreeNode::~TreeNode() {
    free_edges();
}

void TreeNode::free_edges() {
    EdgeBlock* block = first_block_.exchange(nullptr);
    while (block) {
        EdgeBlock* const next = block->next.load();
        EdgeBlock::free(block);
        block = next;
    }
}

Edge* TreeNode::find_edge(Point move) const {
    for (Edge& edge : edges())
        if (edge.move() == move) return &edge;
    return nullptr;
}

NodeStats TreeNode::stats() const {
    const auto get = [](const std::atomic<double>& value) { return value.load(std::memory_order_relaxed); };
    NodeStats stats;
    stats.visits = visits();
    stats.weight = get(weight_);
    stats.weight_sq = get(weight_sq_);
    stats.win_loss = get(win_loss_);
    stats.no_result = get(no_result_);
    stats.score_mean = get(score_mean_);
    stats.score_mean_sq = get(score_mean_sq_);
    stats.lead = get(lead_);
    stats.utility = get(utility_);
    stats.utility_sq = get(utility_sq_);
    return stats;
}

void TreeNode::store_averages(const NodeStats& averages) {
    const auto set = [](std::atomic<double>& to, double value) { to.store(value, std::memory_order_relaxed); };
    set(weight_, averages.weight);
    set(weight_sq_, averages.weight_sq);
    set(win_loss_, averages.win_loss);
    set(no_result_, averages.no_result);
    set(score_mean_, averages.score_mean);
    set(score_mean_sq_, averages.score_mean_sq);
    set(lead_, averages.lead);
    set(utility_, averages.utility);
    set(utility_sq_, averages.utility_sq);
}

bool TreeNode::set_evaluation(NetworkAnswers answers, const NodeStats& first) {
    const Lock lock(*this);
    if (evaluation_owner_) return false;
    if (answers.human) extras_->human = std::move(answers.human);
    store_averages(first);
    visits_.fetch_add(first.visits, std::memory_order_relaxed);
    set_own_utility(answers.own_utility);
    evaluation_owner_ = std::move(answers.own);
    evaluation_.store(evaluation_owner_.get(), std::memory_order_release);
    return true;
}

void TreeNode::set_human_evaluation(std::shared_ptr<const Evaluation> evaluation) {
    if (!extras_) extras_ = std::make_unique<NodeExtras>();
    extras_->human = std::move(evaluation);
}

std::shared_ptr<const Evaluation> TreeNode::replace_evaluation(std::shared_ptr<const Evaluation> evaluation,
                                                               double utility) {
    const Lock lock(*this);
    set_own_utility(utility);
    evaluation_owner_.swap(evaluation);
    evaluation_.store(evaluation_owner_.get(), std::memory_order_release);
    likeliest_.store(0, std::memory_order_relaxed);
    return evaluation;
}

void TreeNode::add_visit(const NodeStats& values) {
    const Lock lock(*this);
    const NodeStats old = stats();
    NodeStats sum;
    sum.add_weighted(old, old.weight);
    sum.add_weighted(values, values.weight);
    sum.weight = old.weight + values.weight;
    sum.divide_by(sum.weight);
    sum.weight_sq = old.weight_sq + values.weight_sq;
    store_averages(sum);
    visits_.fetch_add(1, std::memory_order_relaxed);
}

void TreeNode::set_averages(const NodeStats& averages, int64_t new_visits) {
    const Lock lock(*this);
    store_averages(averages);
    visits_.fetch_add(new_visits, std::memory_order_relaxed);
}

Edge* TreeNode::append(Point move, TreeNode* child, int64_t visits) {
    std::atomic<EdgeBlock*>* link = &first_block_;
    for (int piece = 0;; ++piece) {
        EdgeBlock* block = link->load(std::memory_order_acquire);
        if (!block) {
            block = EdgeBlock::make(kBlockSizes[piece]);
            block->edge(0).set(move, child, visits);
            link->store(block, std::memory_order_release);
            return &block->edge(0);
        }
        for (int i = 0; i < block->size(); ++i) {
            Edge& edge = block->edge(i);
            if (edge.child()) continue;
            edge.set(move, child, visits);
            return &edge;
        }
        link = &block->next;
    }
}

Edge* TreeNode::add_edge(Point move, TreeNode* child) {
    const Lock lock(*this);
    if (find_edge(move)) return nullptr;
    return append(move, child, 0);
}

std::unique_ptr<TreeNode> TreeNode::copy_as_root(bool force_non_terminal) const {
    auto copy = std::make_unique<TreeNode>(player_, graph_hash_, force_non_terminal);
    copy->set_averages(stats(), visits());
    copy->replace_evaluation(evaluation_owner_, own_utility());
    for (const Edge& edge : edges()) copy->append(edge.move(), edge.child(), edge.visits());
    return copy;
}

int64_t TreeNode::edge_bytes() const {
    int64_t bytes = 0;
    for (const EdgeBlock* block = first_block_.load(); block; block = block->next.load())
        bytes += EdgeBlock::bytes(block->size());
    return bytes;
}

}  // namespace katago
