// SPDX-License-Identifier: MIT
// The syntax of SGF: text -> SgfTree.
#include <algorithm>

#include "core/digest.h"
#include "core/error.h"
#include "game/sgf.h"

namespace katago {
namespace {

constexpr char kEnd = '\0';

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Parser {
  public:
    Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
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

    std::string read_key() {
        std::string key;
        for (char c = next(); is_letter(c); c = next()) {
            key += c;
            ++at_;
        }
        return key;
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
        const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
        throw ProtocolError(name_ + ": line " + std::to_string(line) + ", column " +
                            std::to_string(before.size() - line_start + 1) + ": " + what);
    }

    std::string_view text_;
    const std::string& name_;
    size_t at_ = 0;
    std::vector<SgfNode> nodes_;
};

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
    tree.nodes = Parser(text, name).parse();
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
