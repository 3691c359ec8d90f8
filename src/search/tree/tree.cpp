// SPDX-License-Identifier: MIT
#include "search/tree/tree.h"

#include <utility>

namespace katago {

namespace {

// An entry of a hash table: the object, and slots of 24 bytes, of which three in eight to three in four are taken.
template <class T>
constexpr int64_t kEntryBytes = sizeof(T) + 48;
// Nearly every node has made an entry for its bias.
constexpr int64_t kNodeBytes = kEntryBytes<TreeNode> + kEntryBytes<ValueBiasEntry>;

}  // namespace

void Tree::clear() {
    root_.reset();
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.nodes.clear();
    }
    value_bias_.clear();
    nodes_ = 0;
    bytes_ = 0;
    free_retired();
}

TreeNode* Tree::find_or_create(const Hash128& key, const NewNode& wanted) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto [found, made] =
        shard.nodes.try_emplace(key, wanted.player, wanted.graph_hash, wanted.force_non_terminal);
    TreeNode& node = *found;
    if (made) {
        if (wanted.bias_history) node.bias.entry = value_bias_.enter(*wanted.bias_history);
        if (wanted.with_extras)
            node.set_extras(std::make_unique<NodeExtras>(NodeExtras{wanted.pattern, wanted.remembered, nullptr}));
        nodes_.fetch_add(1, std::memory_order_relaxed);
        note_bytes(kNodeBytes);
    }
    return node.player() == wanted.player ? &node : nullptr;
}

void Tree::retire(std::shared_ptr<const Evaluation> evaluation) {
    const std::lock_guard lock(retired_mutex_);
    retired_.push_back(std::move(evaluation));
}

void Tree::free_retired() {
    const std::lock_guard lock(retired_mutex_);
    retired_.clear();
}

void Tree::visit_bottom_up(const std::function<void(TreeNode&)>& visit) {
    if (!root_) return;
    ++mark_;
    struct Open {
        TreeNode* node;
        EdgeRange::Iterator next;
    };
    std::vector<Open> open;
    const auto enter = [&](TreeNode& node) {
        node.mark = mark_;
        open.push_back({&node, node.edges().begin()});
    };
    enter(*root_);
    while (!open.empty()) {
        Open& top = open.back();
        if (top.next != EdgeRange::End{}) {
            TreeNode* child = (*top.next).child();
            ++top.next;
            if (child->mark != mark_) enter(*child);
        } else {
            visit(*top.node);
            open.pop_back();
        }
    }
}

void Tree::sweep(double bias_free_proportion) {
    visit_bottom_up([](TreeNode&) {});
    int64_t left = 0;
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.nodes.erase_if([&](TreeNode& node) {
            if (root_ && node.mark == mark_) return false;
            node.bias.release(bias_free_proportion);
            return true;
        });
        left += static_cast<int64_t>(shard.nodes.size());
    }
    nodes_ = left;
    value_bias_.drop_unused();
    count_bytes();
}

int64_t Tree::bytes_of(const Evaluation& evaluation) {
    return static_cast<int64_t>(sizeof(Evaluation) +
                                sizeof(float) * (evaluation.policy.capacity() + evaluation.white_ownership.capacity()));
}

void Tree::count_bytes() {
    int64_t bytes = 0;
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.nodes.for_each([&](const TreeNode& node) {
            bytes += kNodeBytes + node.edge_bytes();
            if (const Evaluation* evaluation = node.evaluation()) bytes += bytes_of(*evaluation);
        });
    }
    bytes_ = bytes;
}

}  // namespace katago
