// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eval/evaluation.h"
#include "eval/features.h"
#include "game/history.h"
#include "game/point.h"

namespace katago {

// Training rows of one board size: input features of version 7 and what a teacher network says, all from the view of
// the player to move. A value. As tensors, R rows of A points (y * width + x, y from the top):
//   key         U64 [R]                  of the position, see row_key()
//   planes      U8  [R, 22, (A + 7) / 8] one bit a point, the highest bit of a byte first
//   globals     F32 [R, 19]
//   policy      F16 [R, A + 1]           probabilities, the pass last; -1: illegal
//   value       F32 [R, 3]               probabilities of win, loss, no result
//   score       F32 [R, 3]               mean and standard deviation of the score, lead; points, if there is a result
//   ownership   I8  [R, A]               127: the player's own, -127: the opponent's
class SampleRows {
  public:
    explicit SampleRows(BoardSize size) : size_(size) {}

    BoardSize size() const { return size_; }
    size_t count() const { return keys_.size(); }

    // Adds the position with what the teacher says of it; its board is of size(), its ownership is known.
    void add(const BoardHistory& history, uint64_t key, const Evaluation& teacher, LadderMemory& ladders);
    // Adds all rows of `other`, of the same size.
    void append(const SampleRows& other);

    // Replaces the file, whole or not at all; `metadata` goes into its header. Throws IoError.
    void write(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata) const;

  private:
    BoardSize size_;
    std::vector<uint64_t> keys_;
    std::vector<uint8_t> planes_;
    std::vector<float> globals_;
    std::vector<uint16_t> policy_;  // FP16
    std::vector<float> value_;
    std::vector<float> score_;
    std::vector<int8_t> ownership_;
};

// What rows are told apart by: stones, ko, the player to move and the rules, but not the komi, and equal for the eight
// views of a position.
uint64_t row_key(const BoardHistory& history);

// What the header and the keys of a written file say. Throws IoError, ModelError.
struct ShardSummary {
    std::map<std::string, std::string> metadata;
    std::vector<uint64_t> keys;
};
ShardSummary read_shard_summary(const std::filesystem::path& file);

}  // namespace katago
