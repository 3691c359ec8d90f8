// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "core/error.h"

namespace katago {

// Questions and answers on a pair of streams. One thread at a time.
class Dialog {
  public:
    Dialog(std::istream& in, std::ostream& out) : in_(in), out_(out) {}

    void say(std::string_view text) { out_ << text << std::endl; }
    // A heading between rules.
    void heading(std::string_view title);

    // One line, trimmed. Throws IoError at the end of input.
    std::string line();
    // Asks until `read` accepts an answer: it gets the trimmed line and throws Error with what is wrong with it.
    template <class T>
    T ask(std::string_view question, const std::function<T(const std::string& answer)>& read) {
        while (true) {
            out_ << question << "\n> " << std::flush;
            const std::string answer = line();
            try {
                return read(answer);
            } catch (const Error& error) {
                say(error.what());
            }
        }
    }
    // "yes", "y", "no" or "n" in any case. An empty line is `otherwise`.
    bool ask_yes_or_no(std::string_view question, bool otherwise);
    // The same without a default.
    bool ask_yes_or_no(std::string_view question);

  private:
    std::istream& in_;
    std::ostream& out_;
};

}  // namespace katago
