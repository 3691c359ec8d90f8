// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/thread.h"
#include "search/tree/node.h"
#include "search/tree/stable_map.h"

namespace katago {

// All nodes of a search: the root, and a table of the others by the hash of their position, in which different lines
// find the same node. The root itself is not in the table, so nothing leads back to it. Thread-safe where marked; else
// it needs a search that is not running. Freeing is never recursive, however deep the tree.
class Tree {
  public:
    TreeNode* root() const { return root_.get(); }
    void set_root(std::unique_ptr<TreeNode> root) {
        root_ = std::move(root);
        root_->make_root();
    }
    void clear();

    // What a new node is to be: a position with `player` to move at the end of `history`.
    struct NewNode {
        Player player = Color::Black;
        Hash128 graph_hash;
        bool force_non_terminal = false;
        const BoardHistory* bias_history = nullptr;  // null: takes no part in the correction of evaluations
        bool with_extras = false;
        uint64_t pattern = 0;
        std::shared_ptr<const RememberedValues> remembered;
    };
    // (Thread-safe) The node of this key, made where it is missing. Null where the node found is the other player's.
    TreeNode* find_or_create(const Hash128& key, const NewNode& wanted);
    // (Thread-safe) Keeps an evaluation that was replaced during a search until the next one starts.
    void retire(std::shared_ptr<const Evaluation> evaluation);
    void free_retired();

    // Calls `visit` with every node that the root reaches, children before their parents where there is no cycle.
    void visit_bottom_up(const std::function<void(TreeNode&)>& visit);
    // Deletes all nodes that the root does not reach, with this share of what they found out about errors.
    void sweep(double bias_free_proportion);
    ValueBiasTable& value_bias() { return value_bias_; }

    // (Thread-safe) Nodes, and bytes that were noted for them.
    int64_t nodes() const { return nodes_.load(std::memory_order_relaxed) + (root_ ? 1 : 0); }
    int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    void note_bytes(int64_t bytes) { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
    // What an evaluation takes.
    static int64_t bytes_of(const Evaluation& evaluation);

  private:
    struct Shard {
        std::mutex mutex;
        StableMap<TreeNode> nodes GUARDED_BY(mutex);
    };
    static constexpr size_t kShards = 64;

    Shard& shard_of(const Hash128& key) { return shards_[static_cast<size_t>(key.h1) % kShards]; }
    void count_bytes();

    ValueBiasTable value_bias_;
    std::unique_ptr<TreeNode> root_;
    std::array<Shard, kShards> shards_;
    std::atomic<int64_t> nodes_{0};
    std::atomic<int64_t> bytes_{0};
    uint32_t mark_ = 0;
    std::mutex retired_mutex_;
    std::vector<std::shared_ptr<const Evaluation>> retired_ GUARDED_BY(retired_mutex_);
};

}  // namespace katago
