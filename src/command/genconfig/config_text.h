// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace katago {

// configs/gtp.cfg as it was when the engine was built.
std::string_view shipped_gtp_config();

// A configuration file as text, whose settings are changed without touching the comments around them. A value.
class ConfigText {
  public:
    explicit ConfigText(std::string_view text) : text_(text) {}

    // Replaces the line `key = ...` or, where there is none, `# key = ...` by `key = value`; ENSUREs that one exists.
    void set(std::string_view key, std::string_view value);
    // The line with the key in it becomes `lines`, one or several.
    void replace(std::string_view key, std::string_view lines);
    // Makes a comment of the line `key = ...`, if there is one.
    void comment_out(std::string_view key);

    // Puts whole lines before the first.
    void prepend(std::string_view lines) { text_.insert(0, lines); }

    const std::string& text() const { return text_; }

  private:
    // Where a line begins with `prefix key =`; npos: nowhere.
    size_t find(std::string_view prefix, std::string_view key) const;

    std::string text_;
};

}  // namespace katago
