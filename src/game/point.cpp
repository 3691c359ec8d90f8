// SPDX-License-Identifier: MIT
#include "game/point.h"

#include <charconv>

namespace katago {

namespace {

// Letters of the columns. There is no I; past the 25th column two letters are used.
constexpr std::string_view kColumnLetters = "ABCDEFGHJKLMNOPQRSTUVWXYZ";
constexpr int kLetters = static_cast<int>(kColumnLetters.size());

// ASCII only: the text is a protocol's, and must not depend on the locale.
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool equals_ignoring_case(std::string_view text, std::string_view upper_case) {
    if (text.size() != upper_case.size()) return false;
    for (size_t i = 0; i < text.size(); i++)
        if (upper(text[i]) != upper_case[i]) return false;
    return true;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    const size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<int> whole_number(std::string_view text) {
    if (text.size() > 1 && text.front() == '+') text.remove_prefix(1);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "(x,y)", from 0 at the top left.
std::optional<Point> parse_machine_vertex(std::string_view text, BoardSize board) {
    if (text.size() < 5 || text.front() != '(' || text.back() != ')') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    const size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const std::optional<int> x = whole_number(trimmed(text.substr(0, comma)));
    const std::optional<int> y = whole_number(trimmed(text.substr(comma + 1)));
    if (!x || !y) return std::nullopt;
    return board.contains(*x, *y) ? point_at(*x, *y) : kNullPoint;
}

}  // namespace

std::string vertex_text(Point point, BoardSize board) {
    if (point == kPass) return "pass";
    if (point == kNullPoint) return "null";
    const int x = x_of(point);
    std::string text;
    if (x >= kLetters) text += kColumnLetters[static_cast<size_t>(x / kLetters - 1)];
    text += kColumnLetters[static_cast<size_t>(x % kLetters)];
    return text + std::to_string(board.height - y_of(point));
}

std::optional<Point> parse_vertex(std::string_view text, BoardSize board) {
    text = trimmed(text);
    if (text.size() < 2) return std::nullopt;
    if (equals_ignoring_case(text, "PASS") || equals_ignoring_case(text, "PSS")) return kPass;
    if (text.front() == '(') return parse_machine_vertex(text, board);

    int x = 0;
    size_t letters = 0;
    while (letters < text.size() && letters < 2) {
        const size_t letter = kColumnLetters.find(upper(text[letters]));
        if (letter == std::string_view::npos) break;
        x = letters == 0 ? static_cast<int>(letter) : (x + 1) * kLetters + static_cast<int>(letter);
        letters++;
    }
    if (letters == 0) return std::nullopt;
    const std::optional<int> row = whole_number(text.substr(letters));
    if (!row || *row < 1 || *row > board.height || x >= board.width) return std::nullopt;
    return point_at(x, board.height - *row);
}

std::optional<Player> parse_player(std::string_view text) {
    if (equals_ignoring_case(text, "B") || equals_ignoring_case(text, "BLACK")) return Color::Black;
    if (equals_ignoring_case(text, "W") || equals_ignoring_case(text, "WHITE")) return Color::White;
    return std::nullopt;
}

std::string_view short_name(Color color) {
    return color == Color::Black ? "B" : color == Color::White ? "W" : "E";
}

std::string_view long_name(Color color) {
    return color == Color::Black ? "Black" : color == Color::White ? "White" : "Empty";
}

}  // namespace katago
