// SPDX-License-Identifier: MIT
// The meaning of SGF: a line of an SgfTree -> SgfGame -> BoardHistory.
#include "game/sgf.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace katago {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

template <class T>
std::optional<T> to_number(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    T value{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Reads one line of a tree; keeps what most steps need: the tree, its root and the board's size.
class LineReader {
  public:
    explicit LineReader(const SgfTree& tree) : tree_(tree), root_(tree.nodes.at(0)) {}

    SgfGame read(int line_end) {
        SgfGame game;
        game.name = tree_.name;
        game.size = size_ = read_size();
        read_root_texts(game);
        read_komi(game);
        game.setup = read_setup(root_);

        std::vector<int> line;
        for (int node = line_end; node >= 0; node = tree_.nodes.at(static_cast<size_t>(node)).parent)
            line.push_back(node);
        std::reverse(line.begin(), line.end());
        for (size_t i = 0; i < line.size(); ++i) {
            const SgfNode& node = tree_.nodes[static_cast<size_t>(line[i])];
            if (i > 0 && !read_setup(node).empty()) {
                fail(
                    "Found stone placements after the root, game records that are not simply ordinary play not "
                    "currently supported");
            }
            read_moves(node, game.moves);
            const std::vector<std::string>* comment = node.find("C");
            game.comments.resize(game.moves.size(), comment ? comment->front() : std::string());
        }
        if (game.setup.empty() && has_unwritten_handicap(line)) {
            for (Point point : unwritten_handicap(*game.handicap)) game.setup.push_back({point, Color::Black});
        }
        game.first_player = first_player(game);
        return game;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { throw ProtocolError(tree_.name + ": " + what); }

    // The only value of a root property, or null where the root does not have it.
    const std::string* single(std::string_view key) const {
        const std::vector<std::string>* values = root_.find(key);
        if (!values) return nullptr;
        if (values->size() != 1) fail("the root has more than one value of " + std::string(key));
        return &values->front();
    }

    std::string first_text(std::string_view key) const {
        const std::vector<std::string>* values = root_.find(key);
        return values ? values->front() : std::string();
    }

    bool application_contains(std::string_view text) const { return first_text("AP").find(text) != std::string::npos; }

    BoardSize read_size() const {
        const std::string* text = single("SZ");
        if (!text) return {};
        const size_t colon = text->find(':');
        const std::optional<int> width = to_number<int>(std::string_view(*text).substr(0, colon));
        const std::optional<int> height =
            colon == std::string::npos ? width : to_number<int>(std::string_view(*text).substr(colon + 1));
        for (const std::optional<int>& length : {width, height}) {
            if (!length || *length < kMinBoardLength || *length > kMaxBoardLength) {
                fail("board size SZ[" + *text + "]: wanted " + std::to_string(kMinBoardLength) + " to " +
                     std::to_string(kMaxBoardLength) + " columns and rows");
            }
        }
        return {*width, *height};
    }

    void read_root_texts(SgfGame& game) const {
        if (const std::string* rules = single("RU")) game.rules_text = *rules;
        if (const std::vector<std::string>* handicap = root_.find("HA")) game.handicap = to_number<int>((*handicap)[0]);
        game.black_name = first_text("PB");
        game.white_name = first_text("PW");
        game.result = first_text("RE");
    }

    void read_komi(SgfGame& game) const {
        const std::string* text = single("KM");
        if (!text) return;
        const std::optional<float> number = to_number<float>(*text);
        if (!number || !std::isfinite(*number)) {
            game.komi_error = "Could not parse komi in sgf: " + *text;
            return;
        }
        float komi = *number;
        if (!komi_is_half_integer(komi)) {
            // GoGoD counts Chinese komi in stones of one side.
            const std::string rules = lower(first_text("RU"));
            const bool in_stones =
                first_text("US").starts_with("GoGoD") && (rules == "chinese" || rules == "chinese, pair go");
            if (!in_stones || !komi_is_half_integer(2 * komi)) {
                game.komi_error = "Komi in sgf is not integer or half-integer: " + *text;
                return;
            }
            komi *= 2;
        }
        if (application_contains("foxwq") || application_contains("SGFC:2.0")) {
            const std::optional<float> meant = fox_komi(komi);
            if (!meant) {
                game.komi_error = "Unexpected komi in sgf of this origin: " + *text;
                return;
            }
            komi = *meant;
        }
        if (!komi_is_acceptable(komi)) {
            game.komi_error = "Komi in sgf is too extreme: " + *text;
            return;
        }
        game.komi = komi;
    }

    // The Fox server writes hundredths, of the whole or of half of the komi.
    static std::optional<float> fox_komi(float written) {
        struct Row {
            float written, meant;
        };
        static constexpr Row kRows[] = {{550, 5.5F}, {275, 5.5F}, {650, 6.5F}, {325, 6.5F},  {750, 7.5F}, {375, 7.5F},
                                        {700, 7},    {350, 7},    {0, 0},      {6.5F, 6.5F}, {7, 7},      {7.5F, 7.5F}};
        for (const Row& row : kRows)
            if (row.written == written) return row.meant;
        return std::nullopt;
    }

    // 0 to 51; -1 for no letter.
    static int coordinate(char c) {
        if (c >= 'a' && c <= 'z') return c - 'a';
        if (c >= 'A' && c <= 'Z') return c - 'A' + 26;
        return -1;
    }

    Point read_point(std::string_view text) const {
        const int x = text.size() == 2 ? coordinate(text[0]) : -1;
        const int y = text.size() == 2 ? coordinate(text[1]) : -1;
        if (!size_.contains(x, y)) {
            fail("'" + std::string(text.substr(0, 20)) + "' is not a point of the " + std::to_string(size_.width) +
                 "x" + std::to_string(size_.height) + " board");
        }
        return point_at(x, y);
    }

    Point read_move_point(std::string_view text) const {
        // Boards of up to 19 lines have no point tt, so it used to be the way to write a pass.
        return text.empty() || text == "tt" ? kPass : read_point(text);
    }

    // A point, or a rectangle aa:cc.
    void read_placements(std::string_view text, Color color, std::vector<Stone>& stones) const {
        const size_t colon = text.find(':');
        const Point from = read_point(text.substr(0, colon));
        const Point to = colon == std::string_view::npos ? from : read_point(text.substr(colon + 1));
        if (x_of(from) > x_of(to) || y_of(from) > y_of(to)) {
            fail("'" + std::string(text) + "' is not a rectangle from upper left to lower right");
        }
        for (int x = x_of(from); x <= x_of(to); ++x)
            for (int y = y_of(from); y <= y_of(to); ++y) stones.push_back({point_at(x, y), color});
        // A point may be listed once only, so more than the board holds is wrong, however long the file.
        if (stones.size() > static_cast<size_t>(2 * kMaxBoardArea))
            fail("more set-up stones than the board has points");
    }

    std::vector<Stone> read_setup(const SgfNode& node) const {
        struct Row {
            std::string_view key;
            Color color;
        };
        static constexpr Row kRows[] = {{"AB", Color::Black}, {"AW", Color::White}, {"AE", Color::Empty}};
        std::vector<Stone> stones;
        for (const Row& row : kRows) {
            const std::vector<std::string>* values = node.find(row.key);
            if (!values) continue;
            for (const std::string& value : *values) read_placements(value, row.color, stones);
        }
        return stones;
    }

    // A node should hold one move. Of several, Black's come first.
    void read_moves(const SgfNode& node, std::vector<Move>& moves) const {
        for (Player player : {Color::Black, Color::White}) {
            const std::vector<std::string>* values = node.find(short_name(player));
            if (!values) continue;
            for (const std::string& value : *values) moves.push_back({read_move_point(value), player});
        }
    }

    Player first_player(const SgfGame& game) const {
        if (!game.moves.empty()) return game.moves.front().player;
        if (const std::string* text = single("PL")) {
            if (const std::optional<Player> player = parse_player(*text)) return *player;
        }
        const bool all_black = std::all_of(game.setup.begin(), game.setup.end(),
                                           [](const Stone& stone) { return stone.color == Color::Black; });
        return all_black && !game.setup.empty() ? Color::White : Color::Black;
    }

    // Whether this is a record of the Fox server that names a handicap without listing its stones.
    bool has_unwritten_handicap(const std::vector<int>& line) const {
        const std::vector<std::string>* application = root_.find("AP");
        if (line.size() < 2 || !application || first_text("SZ") != "19") return false;
        const auto& values = *application;
        const bool gnu_go = std::find(values.begin(), values.end(), "GNU Go:3.8") != values.end();
        const std::vector<std::string>* game_name = root_.find("GN");
        const bool unnamed = game_name && game_name->front().empty();
        if (std::find(values.begin(), values.end(), "foxwq") == values.end() && !(gnu_go && unnamed)) return false;
        const std::vector<std::string>* handicap = root_.find("HA");
        if (!handicap || root_.find("B") || root_.find("W")) return false;
        const std::optional<int> stones = to_number<int>(handicap->front());
        const SgfNode& second = tree_.nodes[static_cast<size_t>(line[1])];
        return stones && *stones >= 2 && *stones <= 9 && root_.children.size() == 1 && second.find("W") &&
               !second.find("B");
    }

    std::vector<Point> unwritten_handicap(int stones) const {
        std::vector<Point> points = fixed_handicap_points(size_, stones);
        const std::string date = first_text("DT");
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
    BoardSize size_;
};

}  // namespace

SgfGame read_sgf_line(const SgfTree& tree, int line_end) {
    return LineReader(tree).read(line_end);
}

SgfGame parse_sgf_game(std::string_view text, const std::string& name) {
    const SgfTree tree = parse_sgf(text, name);
    return read_sgf_line(tree, tree.longest_line());
}

std::vector<std::filesystem::path> find_sgf_files(const std::filesystem::path& folder, std::error_code& failure) {
    std::vector<std::filesystem::path> files;
    for (std::filesystem::recursive_directory_iterator it(folder, failure), end; !failure && it != end;
         it.increment(failure))
        // An entry that cannot be looked at, such as a link in a circle, is no file.
        if (std::error_code ignored;
            lower_case(it->path().extension().string()) == ".sgf" && it->is_regular_file(ignored))
            files.push_back(it->path());
    std::sort(files.begin(), files.end());
    return files;
}

SgfGame load_sgf_game(const std::filesystem::path& file) {
    return parse_sgf_game(read_file(file, kMaxSgfBytes), file.string());
}

BoardHistory replay(const SgfGame& game, const Rules& rules, size_t moves) {
    Board board(game.size);
    if (!board.set_strictly(game.setup)) {
        throw ProtocolError(game.name +
                            ": setupInitialBoardAndHist: initial board position contains invalid stones or "
                            "zero-liberty stones");
    }
    BoardHistory history(board, game.first_player, rules);
    history.set_initial_turn_number(board.count(Color::Black) + board.count(Color::White));
    for (size_t i = 0; i < std::min(moves, game.moves.size()); ++i) {
        const Move& move = game.moves[i];
        if (!history.is_tolerated(move.point, move.player)) {
            throw ProtocolError("Illegal move in " + game.name + " turn " + std::to_string(i) + " move " +
                                vertex_text(move.point, game.size));
        }
        history.make_move(move.point, move.player, PhaseAdvance::Prevented);
    }
    return history;
}

}  // namespace katago
