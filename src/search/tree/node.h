// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "core/hash.h"
#include "eval/evaluation.h"
#include "game/point.h"
#include "search/tree/value_bias.h"

namespace katago {

class TreeNode;
struct RememberedValues;

// `white_value`, which is White's view, as `player` sees it.
inline double for_player(Player player, double white_value) {
    return player == Color::White ? white_value : -white_value;
}

// What a node has learnt, copied out. White's view; averages are weighted by `weight`, a visit weighs about 1.
struct NodeStats {
    int64_t visits = 0;
    double weight = 0;
    double weight_sq = 0;  // sum of the squared weights of evaluations
    double win_loss = 0;
    double no_result = 0;
    double score_mean = 0;
    double score_mean_sq = 0;
    double lead = 0;
    double utility = 0;
    double utility_sq = 0;

    bool usable() const { return visits > 0 && weight > 0; }
    double score_stdev() const;
    // Averages in `values` of weight 1: adds the same, `by` times as heavy.
    void add_weighted(const NodeStats& values, double by);
    // Divides sums made by add_weighted() into averages.
    void divide_by(double total);
};

// A move from a node, and the node that it leads to. All of it atomic: readers take no lock.
class Edge {
  public:
    TreeNode* child() const { return child_.load(std::memory_order_acquire); }
    int64_t visits() const { return packed_.load(std::memory_order_relaxed) >> kMoveBits; }
    Point move() const {
        return static_cast<Point>(packed_.load(std::memory_order_relaxed) & ((int64_t{1} << kMoveBits) - 1));
    }
    void add_visit() { packed_.fetch_add(int64_t{1} << kMoveBits, std::memory_order_relaxed); }

    // Once, before other threads can see the child.
    void set(Point move, TreeNode* child, int64_t visits) {
        packed_.store(visits << kMoveBits | move, std::memory_order_relaxed);
        child_.store(child, std::memory_order_release);
    }

  private:
    static constexpr int kMoveBits = 16;

    std::atomic<TreeNode*> child_{nullptr};
    std::atomic<int64_t> packed_{0};  // visits and move
};

// A piece of a node's list of edges, which follow it in memory. Pieces never move, so that readers can walk them while
// others are added.
class EdgeBlock {
  public:
    static EdgeBlock* make(int size);
    static void free(EdgeBlock* block);
    static constexpr int64_t bytes(int size) {
        return static_cast<int64_t>(sizeof(EdgeBlock) + sizeof(Edge) * static_cast<size_t>(size));
    }

    int size() const { return size_; }
    Edge& edge(int i) { return std::launder(reinterpret_cast<Edge*>(this + 1))[i]; }

    std::atomic<EdgeBlock*> next{nullptr};  // owned by the node

  private:
    explicit EdgeBlock(int size) : size_(size) {}

    const int size_;
};
static_assert(sizeof(EdgeBlock) % alignof(Edge) == 0);

// Walks the edges of a node in the order in which they were made.
class EdgeRange {
  public:
    struct End {};
    class Iterator {
      public:
        explicit Iterator(EdgeBlock* block) : block_(block) {}
        Edge& operator*() const { return block_->edge(at_); }
        Iterator& operator++() {
            if (++at_ == block_->size()) {
                block_ = block_->next.load(std::memory_order_acquire);
                at_ = 0;
            }
            return *this;
        }
        bool operator!=(End) const { return block_ != nullptr && (**this).child() != nullptr; }

      private:
        EdgeBlock* block_;
        int at_ = 0;
    };

    explicit EdgeRange(EdgeBlock* first) : first_(first) {}
    Iterator begin() const { return Iterator(first_); }
    End end() const { return {}; }

  private:
    EdgeBlock* first_;
};

// What nodes have besides in searches that ask for it.
struct NodeExtras {
    uint64_t pattern = 0;                                // of the move that led here (PatternBonuses); 0: none
    std::shared_ptr<const RememberedValues> remembered;  // null: none
    // Of a network that imitates people; null: none. Stored before the node's own, and not changed after it.
    std::shared_ptr<const Evaluation> human;
};

// One position of the search. Owned by the Tree, which outlives all pointers to it. Readers take no lock: each number
// is atomic, and several read together may come from moments a little apart, so that a reader must bear a visit without
// weight. Writers of the statistics and of edges hold the node's own lock.
class alignas(64) TreeNode {
  public:
    TreeNode(Player player, const Hash128& graph_hash, bool force_non_terminal)
        : player_(player), force_non_terminal_(force_non_terminal), graph_hash_(graph_hash) {}
    ~TreeNode();
    TreeNode(const TreeNode&) = delete;
    TreeNode& operator=(const TreeNode&) = delete;

    Player player() const { return player_; }  // to move
    const Hash128& graph_hash() const { return graph_hash_; }
    // The search goes on below although the rules end the game here.
    bool force_non_terminal() const { return force_non_terminal_; }

    bool is_root() const { return is_root_; }
    void make_root() { is_root_ = true; }

    // Null until the network has evaluated the position; published after the first statistics.
    const Evaluation* evaluation() const { return evaluation_.load(std::memory_order_acquire); }
    std::shared_ptr<const Evaluation> shared_evaluation() const { return evaluation_owner_; }

    // Of threads that want the first evaluation one gets the claim, and releases it when the evaluation is there or has
    // failed.
    bool claim_evaluation() { return !evaluation_claimed_.exchange(true, std::memory_order_acquire); }
    void release_evaluation() { evaluation_claimed_.store(false, std::memory_order_release); }
    bool evaluation_is_claimed() const { return evaluation_claimed_.load(std::memory_order_relaxed); }

    // Null where the search needs none. Set by whoever makes the node, before others see it.
    const NodeExtras* extras() const { return extras_.get(); }
    void set_extras(std::unique_ptr<NodeExtras> extras) { extras_ = std::move(extras); }
    // To be asked only of a node that has its own evaluation.
    const Evaluation* human_evaluation() const { return extras_ ? extras_->human.get() : nullptr; }
    void set_human_evaluation(std::shared_ptr<const Evaluation> evaluation);

    EdgeRange edges() const { return EdgeRange(first_block_.load(std::memory_order_acquire)); }
    bool has_edges() const { return first_block_.load(std::memory_order_acquire) != nullptr; }
    Edge* find_edge(Point move) const;

    NodeStats stats() const;
    int64_t visits() const { return visits_.load(std::memory_order_relaxed); }
    double weight() const { return weight_.load(std::memory_order_relaxed); }
    double weight_sq() const { return weight_sq_.load(std::memory_order_relaxed); }
    double utility() const { return utility_.load(std::memory_order_relaxed); }
    double score_mean() const { return score_mean_.load(std::memory_order_relaxed); }
    double score_mean_sq() const { return score_mean_sq_.load(std::memory_order_relaxed); }

    // Fetches what will be read soon: nodes lie scattered over memory much larger than the caches.
    void prefetch() const {
        const auto* start = reinterpret_cast<const char*>(this);
        __builtin_prefetch(start);
        __builtin_prefetch(start + 64);
    }
    // The same of what a selection among the children starts with.
    void prefetch_contents() const {
        __builtin_prefetch(first_block_.load(std::memory_order_relaxed));
        __builtin_prefetch(evaluation_.load(std::memory_order_relaxed));
    }

    // Threads now below this node.
    std::atomic<int32_t> virtual_losses{0};
    // Visits that wait to be counted by a recomputation of the statistics.
    std::atomic<int32_t> pending_visits{0};

    // What the network says of the node's position and, where it is asked, what one that imitates people says.
    struct NetworkAnswers {
        std::shared_ptr<const Evaluation> own, human;
        double own_utility = 0;  // White's, of `own`
    };
    // Stores the first evaluation with its statistics. False where another thread was first.
    bool set_evaluation(NetworkAnswers answers, const NodeStats& first);
    // Exchanges the evaluation. The old one is returned: readers may still look at it.
    std::shared_ptr<const Evaluation> replace_evaluation(std::shared_ptr<const Evaluation> evaluation, double utility);
    // White's utility of the evaluation alone, which every selection and every visit below ask for.
    double own_utility() const { return own_utility_.load(std::memory_order_relaxed); }
    // Between searches: where the utility function has changed.
    void set_own_utility(double utility) { own_utility_.store(utility, std::memory_order_relaxed); }
    // Averages one more visit in.
    void add_visit(const NodeStats& values);
    // Replaces all averages, and adds visits.
    void set_averages(const NodeStats& averages, int64_t new_visits);
    // Between searches.
    void set_visits(int64_t visits) { visits_.store(visits, std::memory_order_relaxed); }

    // What a selection found to be the likeliest move without an edge, by its policy index, for those that see as many
    // edges; kUnknown: none did since. Readers and writers may race: it is the right move or a late one.
    static constexpr int kUnknown = -1;
    int likeliest_new_move(size_t edges) const {
        const uint32_t packed = likeliest_.load(std::memory_order_relaxed);
        return packed >> 16 == edges + 1 ? static_cast<int>(packed & 0xffff) : kUnknown;
    }
    void note_likeliest_new_move(size_t edges, int index) const {
        likeliest_.store(static_cast<uint32_t>(edges + 1) << 16 | static_cast<uint32_t>(index),
                         std::memory_order_relaxed);
    }

    // Appends an edge; null where the move has one already.
    Edge* add_edge(Point move, TreeNode* child);

    // --- Between searches ---

    // The same statistics, evaluation and edges; the children are shared.
    std::unique_ptr<TreeNode> copy_as_root(bool force_non_terminal) const;
    // Drops the edges for which `keep` is false. Returns whether there were any.
    template <class Keep>
    bool remove_edges_unless(Keep keep);
    int64_t edge_bytes() const;

  private:
    class Lock;
    void store_averages(const NodeStats& averages);
    Edge* append(Point move, TreeNode* child, int64_t visits);
    void free_edges();

    // What every selection above reads comes first, so that it lies together.
    std::atomic<int64_t> visits_{0};
    std::atomic<double> weight_{0}, utility_{0};
    std::atomic<EdgeBlock*> first_block_{nullptr};
    std::atomic<const Evaluation*> evaluation_{nullptr};
    const Player player_;
    const bool force_non_terminal_;
    bool is_root_ = false;
    std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
    mutable std::atomic<uint32_t> likeliest_{0};  // edges + 1, and a policy index; 0: none
    std::atomic<double> own_utility_{0};
    std::atomic<double> weight_sq_{0}, utility_sq_{0};
    std::atomic<double> win_loss_{0}, no_result_{0}, score_mean_{0}, score_mean_sq_{0}, lead_{0};
    const Hash128 graph_hash_;
    std::shared_ptr<const Evaluation> evaluation_owner_;
    std::unique_ptr<NodeExtras> extras_;

  public:
    // What this node has contributed to the correction of evaluations.
    ValueBiasShare bias;
    // The last sweep of the tree that reached this node; used between searches only.
    uint32_t mark = 0;

  private:
    std::atomic<bool> evaluation_claimed_{false};
};

template <class Keep>
bool TreeNode::remove_edges_unless(Keep keep) {
    struct Kept {
        Point move;
        TreeNode* child;
        int64_t visits;
    };
    std::vector<Kept> kept;
    bool removed = false;
    for (const Edge& edge : edges()) {
        if (keep(edge))
            kept.push_back({edge.move(), edge.child(), edge.visits()});
        else
            removed = true;
    }
    if (!removed) return false;
    free_edges();
    for (const Kept& edge : kept) append(edge.move, edge.child, edge.visits);
    return true;
}

// The part of a child's weight that came through an edge to it.
inline double edge_weight(const Edge& edge, const TreeNode& child) {
    const int64_t visits = child.visits();
    return child.weight() * (static_cast<double>(edge.visits()) / static_cast<double>(visits > 1 ? visits : 1));
}

}  // namespace katago
