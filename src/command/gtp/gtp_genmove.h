// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "command/gtp/gtp_session.h"

namespace katago {

// What a move is generated with besides the settings.
struct GenmoveOptions {
    SearchEvents events;
    // Called after the search, while its tree is there.
    std::function<void(Point move, const SearchResult& result)> on_searched;
    // Set by another thread to give up.
    const std::atomic<bool>* cancelled = nullptr;
};

struct GeneratedMove {
    Point move = kNullPoint;
    bool resigns = false;
};

// Searches for `player` and decides what to answer; the board does not change, but it is `player`'s turn afterwards.
// nullopt: cancelled. Throws ProtocolError where there is no legal move to be had.
std::optional<GeneratedMove> generate_move(GtpSession& session, Player player, const GenmoveOptions& options);

// Points that Black is ahead before the first move, by handicap and komi. Source: KataGo's handicap play.
double initial_black_advantage(const BoardHistory& history);

// The search that `result` came of in words, for the log and for people. `move` is marked on the board where it is a
// free point.
std::string search_dump(GtpSession& session, Point move, const SearchResult& result);
// What the search knows of one move and what would follow, in words.
std::string move_dump(GtpSession& session, Point move);

}  // namespace katago
