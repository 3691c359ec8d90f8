// SPDX-License-Identifier: MIT
// The meaning of SGF: a line of an SgfTree -> SgfGame.
#include <algorithm>

#include "core/encoding.h"
#include "core/text.h"
#include "game/sgf/info.h"
#include "game/sgf/points.h"
#include "game/sgf/replay.h"

namespace katago {
namespace {

constexpr size_t kMostWarnings = 10;  // about one line; more say nothing new

std::vector<int> nodes_to(const SgfTree& tree, int line_end) {
    std::vector<int> line;
    for (int node = line_end; node >= 0; node = tree.nodes.at(static_cast<size_t>(node)).parent) line.push_back(node);
    std::reverse(line.begin(), line.end());
    return line;
}

bool can_play(const Board& board, const Move& move) {
    return move.point == kPass || (board.color(move.point) == Color::Empty &&
                                   !board.is_illegal_suicide(move.point, move.player, /*multi_stone_suicide=*/true));
}

bool shows(const Board& board, const std::vector<Stone>& stones) {
    return std::all_of(stones.begin(), stones.end(),
                       [&](const Stone& stone) { return board.color(stone.point) == stone.color; });
}

bool sets_stones(const std::vector<Stone>& stones) {
    return std::any_of(stones.begin(), stones.end(), [](const Stone& stone) { return stone.color != Color::Empty; });
}

// Reads one line of a tree, node by node. The start grows while there are no moves.
class LineReader {
  public:
    LineReader(const SgfTree& tree, int line_end)
        : tree_(tree), root_(tree.nodes.at(0)), line_(nodes_to(tree, line_end)), info_(tree, line_) {
        game_.name = tree.name;
        info_.read(game_);
    }

    SgfGame read() {
        const SgfPoints points(tree_.name, game_.size);
        const int last_move = last_move_node();
        for (const int index : line_) {
            moves_follow_ = index < last_move;
            read_node(tree_.nodes[static_cast<size_t>(index)], points);
        }
        if (game_.setup.empty() && has_unwritten_handicap()) {
            for (Point point : unwritten_handicap(*game_.handicap)) start_[static_cast<size_t>(point)] = Color::Black;
            list_setup();
        }
        game_.first_player = first_player();
        if (moves_left_out_ > 0) {
            game_.warnings.insert(game_.warnings.begin(),
                                  tree_.name + ": stones are set up in the middle of the game, after move " +
                                      std::to_string(moves_left_out_) +
                                      "; that position is taken as the start, the moves before it are left out");
        }
        if (game_.warnings.size() > kMostWarnings) game_.warnings.resize(kMostWarnings);
        return std::move(game_);
    }

  private:
    void read_node(const SgfNode& node, const SgfPoints& points) {
        const std::vector<Move> moves = read_moves(node, points);
        const std::vector<Stone> stones = points.setup(node, game_.warnings);
        if (game_.moves.empty()) {
            set_up(stones);
            read_player(node);
        } else if (!stones.empty() && changes_position(stones, moves)) {
            if (moves_follow_ || !moves.empty() || sets_stones(stones))
                begin_anew(node, stones);
            else
                tell_removal();
        }
        game_.moves.insert(game_.moves.end(), moves.begin(), moves.end());
        const std::vector<std::string>* comment = node.find("C");
        game_.comments.resize(game_.moves.size(), comment ? comment->front() : std::string());
    }

    // Of the line; -1 where it has no moves. Indices of a line's nodes grow.
    int last_move_node() const {
        const auto has_move = [&](int index) {
            const SgfNode& node = tree_.nodes[static_cast<size_t>(index)];
            return node.find("B") || node.find("W");
        };
        const auto last = std::find_if(line_.rbegin(), line_.rend(), has_move);
        return last == line_.rend() ? -1 : *last;
    }

    // Some programs take the dead stones off when a game is over, which begins no other.
    void tell_removal() {
        const std::string told = tree_.name + ": stones are taken off after the last move; they are left on the board";
        if (game_.warnings.empty() || game_.warnings.back() != told) game_.warnings.push_back(told);
    }

    // A node should hold one move. Of several, Black's come first.
    static std::vector<Move> read_moves(const SgfNode& node, const SgfPoints& points) {
        std::vector<Move> moves;
        for (Player player : {Color::Black, Color::White}) {
            const std::vector<std::string>* values = node.find(short_name(player));
            if (!values) continue;
            for (const std::string& value : *values) moves.push_back({points.move(value), player});
        }
        return moves;
    }

    // Changes these points of the start.
    void set_up(const std::vector<Stone>& stones) {
        if (stones.empty()) return;
        for (const Stone& stone : stones) start_[static_cast<size_t>(stone.point)] = stone.color;
        list_setup();
    }

    void list_setup() {
        game_.setup.clear();
        for (const Color color : {Color::Black, Color::White}) {
            for (int y = 0; y < game_.size.height; ++y)
                for (int x = 0; x < game_.size.width; ++x)
                    if (start_[static_cast<size_t>(point_at(x, y))] == color)
                        game_.setup.push_back({point_at(x, y), color});
        }
    }

    // The position after the moves so far, none of which is gone through twice.
    const Board& position() {
        if (!board_) board_ = sgf_start(game_), played_ = 0;
        for (; played_ < game_.moves.size(); ++played_) {
            const Move& move = game_.moves[played_];
            if (!can_play(*board_, move)) throw illegal_sgf_move(game_, played_);
            board_->play(move.point, move.player);
        }
        return *board_;
    }

    // Some programs list in AE what the move of the node, or the one before, has captured.
    bool changes_position(const std::vector<Stone>& stones, const std::vector<Move>& moves) {
        Board board = position();
        if (shows(board, stones)) return false;
        for (const Move& move : moves)
            if (can_play(board, move)) board.play(move.point, move.player);
        return !shows(board, stones);
    }

    void begin_anew(const SgfNode& node, const std::vector<Stone>& stones) {
        const Board before = position();
        player_ = opponent(game_.moves.back().player);
        moves_left_out_ += game_.moves.size();
        game_.moves.clear();
        game_.comments.clear();
        start_.fill(Color::Empty);
        set_up(before.stones());
        set_up(stones);
        read_player(node);
        board_ = sgf_start(game_);  // refuses a position that cannot be
        played_ = 0;
    }

    void read_player(const SgfNode& node) {
        const std::vector<std::string>* values = node.find("PL");
        if (!values || trimmed(values->front()).empty()) return;
        if (const std::optional<Player> player = parse_player(trimmed(values->front())))
            player_ = *player;
        else
            game_.warnings.push_back(tree_.name + ": PL[" + excerpt(values->front()) + "]: wanted B or W; left out");
    }

    Player first_player() const {
        if (!game_.moves.empty()) return game_.moves.front().player;
        if (player_) return *player_;
        const bool all_black = std::all_of(game_.setup.begin(), game_.setup.end(),
                                           [](const Stone& stone) { return stone.color == Color::Black; });
        return all_black && !game_.setup.empty() ? Color::White : Color::Black;
    }

    // Whether this is a record of the Fox server that names a handicap without listing its stones.
    bool has_unwritten_handicap() const {
        const std::vector<std::string>* application = root_.find("AP");
        if (line_.size() < 2 || !application || info_.text("SZ") != "19") return false;
        const auto& values = *application;
        const bool gnu_go = std::find(values.begin(), values.end(), "GNU Go:3.8") != values.end();
        const std::vector<std::string>* game_name = root_.find("GN");
        const bool unnamed = game_name && game_name->front().empty();
        if (std::find(values.begin(), values.end(), "foxwq") == values.end() && !(gnu_go && unnamed)) return false;
        if (!game_.handicap || root_.find("B") || root_.find("W")) return false;
        const SgfNode& second = tree_.nodes[static_cast<size_t>(line_[1])];
        return *game_.handicap >= 2 && *game_.handicap <= 9 && root_.children.size() == 1 && second.find("W") &&
               !second.find("B");
    }

    std::vector<Point> unwritten_handicap(int stones) const {
        std::vector<Point> points = fixed_handicap_points(game_.size, stones);
        const std::string date = info_.text("DT");
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        bool valid = date.size() == 10 && date[4] == '-' && date[7] == '-';
        for (size_t i = 0; valid && i < date.size(); ++i) valid = i == 4 || i == 7 || is_digit(date[i]);
        // Until 2018 the server put the two stones between the corners at top and bottom.
        if ((stones == 6 || stones == 7) && valid && date < "2018-01-01") {
            for (Point& point : points) point = point_at(y_of(point), x_of(point));
        }
        return points;
    }

    const SgfTree& tree_;
    const SgfNode& root_;
    const std::vector<int> line_;
    const SgfInfo info_;
    SgfGame game_;
    PointColors start_{};           // the stones before the first move
    std::optional<Player> player_;  // who moves first, if the record says so
    std::optional<Board> board_;    // the position after `played_` moves
    size_t played_ = 0;
    size_t moves_left_out_ = 0;
    bool moves_follow_ = false;  // the node that is read
};

}  // namespace

SgfGame read_sgf_line(const SgfTree& tree, int line_end) {
    return LineReader(tree, line_end).read();
}

}  // namespace katago
