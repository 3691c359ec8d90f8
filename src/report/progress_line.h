// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace katago {

// A line on stderr that is written over again while something takes time. Shows nothing where stderr is not a terminal:
// in a file or a pipe every state would stay. Takes itself away when it goes out of scope. One thread at a time.
class ProgressLine {
  public:
    explicit ProgressLine(std::ostream& err);
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(std::string_view text);
    void clear();
    bool is_on_terminal() const { return terminal_; }

  private:
    std::ostream& err_;
    bool terminal_;
    bool shown_ = false;
};

}  // namespace katago
