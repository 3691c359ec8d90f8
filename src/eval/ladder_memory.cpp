// SPDX-License-Identifier: MIT
#include "eval/ladder_memory.h"

namespace katago {

namespace {

constexpr size_t kLadderMemoryEntries = 1024;  // about 200 KB

}  // namespace

LadderMemory::LadderMemory() : entries_(kLadderMemoryEntries) {}

const LadderScan& LadderMemory::scan(const Board& board) {
    const Hash128& position = board.position_hash();
    Entry& entry =
        entries_[static_cast<size_t>(position.h0 + static_cast<uint64_t>(board.ko_point())) % kLadderMemoryEntries];
    // The hash of no board is zero, so a fresh entry matches none.
    if (entry.position != position || entry.ko_point != board.ko_point()) {
        entry.scan = scan_ladders(board);
        entry.position = position;
        entry.ko_point = board.ko_point();
    }
    return entry.scan;
}

}  // namespace katago
