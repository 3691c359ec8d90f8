// SPDX-License-Identifier: MIT
// The syntax of SGF: text -> SgfTree.
#include <algorithm>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/error.h"
#include "core/text.h"
#include "game/sgf.h"

namespace katago {
namespace {

constexpr char kEnd = '\0';
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_letter(char c) {
    return is_capital(c) || (c >= 'a' && c <= 'z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Takes a text in UTF-8 apart, in which no byte of a longer character is a bracket or a backslash.
class Parser {
  public:
    Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {
        if (text_.starts_with(kUtf8Mark)) at_ = kUtf8Mark.size();
    }

    std::vector<SgfNode> parse() {
        if (next() != '(') fail_empty();
        ++at_;
        // A tree's nodes hang below the node that was last when its parenthesis opened.
        std::vector<Level> levels = {{-1, false}};
        while (!levels.empty()) {
            const char c = next();
            Level& level = levels.back();
            if (c == ';' && !level.has_subtree) {
                ++at_;
                level.last_node = read_node(level.last_node);
            } else if (c == '(') {
                if (nodes_.empty()) fail_empty();
                ++at_;
                level.has_subtree = true;
                levels.push_back({level.last_node, false});
            } else if (c == ')') {
                ++at_;
                levels.pop_back();
            } else if (at_ >= text_.size()) {
                fail("Unexpected end of str");
            } else {
                fail(level.has_subtree ? "Expected closing paren for sgf tree"
                                       : std::string("Expected a node or a parenthesis, found '") + c + "'");
            }
        }
        if (nodes_.empty()) fail_empty();
        return std::move(nodes_);
    }

  private:
    struct Level {
        int last_node;
        bool has_subtree;
    };

    // The next byte that is no white space, not yet taken; kEnd at the end.
    char next() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        return at_ < text_.size() ? text_[at_] : kEnd;
    }

    int read_node(int parent) {
        const int index = static_cast<int>(nodes_.size());
        nodes_.emplace_back();
        nodes_.back().parent = parent;
        if (parent >= 0) nodes_[static_cast<size_t>(parent)].children.push_back(index);
        std::vector<SgfProperty>& properties = nodes_.back().properties;
        while (is_letter(next())) {
            std::string key = read_key();
            if (next() != '[') fail("Expected '[' after property " + key);
            auto place = std::find_if(properties.begin(), properties.end(),
                                      [&](const SgfProperty& property) { return property.key == key; });
            if (place == properties.end()) place = properties.insert(place, SgfProperty{std::move(key), {}});
            while (next() == '[') place->values.push_back(read_value());
        }
        return index;
    }

    // The name of a property. FF[1] to FF[3] let programs write AddBlack for AB: small letters do not count. A name
    // without capitals is one that was not written as it should be. Programs put digits behind the letters of names of
    // their own.
    std::string read_key() {
        std::string written, key;
        for (char c = next(); is_letter(c) || (is_digit(c) && !written.empty()); c = next()) {
            written += c;
            if (!is_letter(c) || is_capital(c)) key += c;
            ++at_;
        }
        return key.empty() ? upper_case(written) : key;
    }

    std::string read_value() {
        std::string value;
        const size_t start = at_;
        ++at_;
        for (bool escaped = false;; escaped = false) {
            if (at_ < text_.size() && text_[at_] == '\\') {
                escaped = true;
                ++at_;
            }
            if (at_ >= text_.size()) {
                at_ = start;
                fail("Unexpected end of str in the value that starts here");
            }
            const char c = text_[at_++];
            if (c == ']' && !escaped) return value;
            if (c == '\r' || c == '\n') {
                while (at_ < text_.size() && (text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
                if (!escaped) value += '\n';
            } else {
                value += c == '\t' || c == '\v' || c == '\f' ? ' ' : c;
            }
        }
    }

    [[noreturn]] void fail_empty() const { fail("Empty or invalid sgf (is the opening parenthesis missing?)"); }

    [[noreturn]] void fail(const std::string& what) const {
        const std::string_view before = text_.substr(0, at_);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        const std::string_view line_begin = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
        const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
        const auto column = std::count_if(line_begin.begin(), line_begin.end(), begins_character) + 1;
        throw ProtocolError(name_ + ": line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
                            what);
    }

    std::string_view text_;
    const std::string& name_;
    size_t at_ = 0;
    std::vector<SgfNode> nodes_;
};

// The encoding that the first CA of a text names, if it is one that is known.
std::optional<Encoding> declared_encoding(std::string_view text) {
    for (size_t at = text.find("CA"); at != std::string_view::npos; at = text.find("CA", at + 1)) {
        const size_t open = text.find_first_not_of(" \t\r\n", at + 2);
        if ((at > 0 && is_letter(text[at - 1])) || open == std::string_view::npos || text[open] != '[') continue;
        const size_t close = std::min(text.find(']', open), text.size());
        return encoding_of_name(text.substr(open + 1, close - open - 1));
    }
    return std::nullopt;
}

size_t count_values(const std::vector<SgfNode>& nodes) {
    size_t values = nodes.size();
    for (const SgfNode& node : nodes)
        for (const SgfProperty& property : node.properties) values += property.values.size();
    return values;
}

// None where the reading does not parse; `first_error` then holds that error, unless there was one before.
std::optional<std::vector<SgfNode>> parse_reading(const DecodedText& reading, const std::string& name,
                                                  std::optional<ProtocolError>& first_error) {
    try {
        return Parser(reading.utf8, name).parse();
    } catch (const ProtocolError& error) {
        if (!first_error) first_error = error;
        return std::nullopt;
    }
}

// The nodes of a text whose encoding nothing tells, or that does not parse in the `declared` one. Read in a wrong one,
// second bytes of characters end values too early, or values go on past their ends: the text does not parse, or gives
// fewer values. Where that leaves several, the text is in the one whose usual characters it is made of.
std::vector<SgfNode> parse_guessing(std::string_view text, const std::string& name, std::optional<Encoding> declared) {
    std::optional<ProtocolError> first_error;
    if (declared)
        if (auto nodes = parse_reading(decode(text, *declared), name, first_error)) return std::move(*nodes);
    std::vector<DecodedText> readings;
    for (const Encoding encoding :
         {Encoding::Utf8, Encoding::Gb18030, Encoding::Big5, Encoding::ShiftJis, Encoding::Western})
        readings.push_back(decode(text, encoding));
    std::stable_sort(readings.begin(), readings.end(),
                     [](const DecodedText& a, const DecodedText& b) { return a.unlikely < b.unlikely; });
    std::vector<SgfNode> best;
    for (const DecodedText& reading : readings) {
        auto nodes = parse_reading(reading, name, first_error);
        if (nodes && (best.empty() || count_values(*nodes) > count_values(best))) best = std::move(*nodes);
    }
    if (best.empty()) throw ProtocolError(*first_error);
    return best;
}

std::vector<SgfNode> parse_nodes(std::string_view text, const std::string& name) {
    using namespace std::string_view_literals;
    if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv))
        throw ProtocolError(name + ": the text is in UTF-32, which is not read; wanted UTF-8");
    if (const std::optional<std::string> utf8 = decode_utf16(text)) return Parser(*utf8, name).parse();
    const std::optional<Encoding> declared = declared_encoding(text);
    if (const std::optional<Encoding> encoding = seven_bit_encoding(text, declared))
        return Parser(decode(text, *encoding).utf8, name).parse();
    // What is UTF-8 has no two-byte characters with a bracket in them, whatever it says of itself.
    if (is_utf8(text)) return Parser(text, name).parse();
    const bool trusted = declared && has_two_byte_characters(*declared);
    return parse_guessing(text, name, trusted ? declared : std::nullopt);
}

}  // namespace

const std::vector<std::string>* SgfNode::find(std::string_view key) const {
    for (const SgfProperty& property : properties)
        if (property.key == key) return &property.values;
    return nullptr;
}

SgfTree parse_sgf(std::string_view text, const std::string& name) {
    SgfTree tree;
    tree.name = name;
    const Sha256::Digest digest = sha256(text);
    for (size_t i = 0; i < 8; ++i) {
        tree.hash.h0 = tree.hash.h0 << 8 | digest[i];
        tree.hash.h1 = tree.hash.h1 << 8 | digest[i + 8];
    }
    tree.nodes = parse_nodes(text, name);
    return tree;
}

int SgfTree::longest_line() const {
    // Children follow their parents, so one walk from the back knows each node's deepest line.
    std::vector<int> depth(nodes.size(), 1);
    for (size_t i = nodes.size(); i-- > 1;) {
        int& parent_depth = depth[static_cast<size_t>(nodes[i].parent)];
        parent_depth = std::max(parent_depth, depth[i] + 1);
    }
    int node = 0;
    while (!nodes[static_cast<size_t>(node)].children.empty()) {
        const std::vector<int>& children = nodes[static_cast<size_t>(node)].children;
        node = *std::max_element(children.begin(), children.end(), [&](int a, int b) {
            return depth[static_cast<size_t>(a)] < depth[static_cast<size_t>(b)];
        });
    }
    return node;
}

std::vector<int> SgfTree::all_lines() const {
    std::vector<int> ends;
    for (size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].children.empty()) ends.push_back(static_cast<int>(i));
    return ends;
}

}  // namespace katago
