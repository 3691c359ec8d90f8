// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "command/standard_streams.h"
#include "command/table.h"
#include "core/error.h"
#include "core/heap.h"

namespace {

bool asks_for_help(const std::string& argument) {
    for (const char* name : {"-h", "--h", "-help", "--help", "help"})
        if (argument == name) return true;
    return false;
}

int run(const std::vector<std::string>& words, const katago::Streams& streams) {
    if (words.size() < 2 || asks_for_help(words[1])) {
        streams.out << katago::general_help(words.empty() ? "katago" : words[0]);
        return 0;
    }
    const katago::Subcommand* subcommand = katago::find_subcommand(words[1]);
    if (!subcommand) {
        streams.out << "Unknown subcommand: " << words[1] << "\n" << katago::general_help(words[0]);
        return 1;
    }
    return subcommand->run(std::span(words).subspan(2), streams);
}

}  // namespace

int main(int argc, char** argv) {
    katago::share_heaps();
    // A reader that has gone shows as a failed write, not as a signal.
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    try {
        katago::fill_standard_descriptors();
        katago::StandardStreams standard(STDIN_FILENO, STDOUT_FILENO);
        const int status =
            run(std::vector<std::string>(argv, argv + argc),
                {standard.in(), standard.out(), std::cerr, standard.reader(), isatty(STDIN_FILENO) == 1});
        standard.finish();
        return status;
    } catch (const katago::UsageError& error) {
        std::cerr << error.what() << std::endl;
    } catch (const std::exception& error) {
        // The words by which desktop programs recognise that an engine has failed.
        std::cerr << "Uncaught exception: " << error.what() << std::endl;
    }
    return 1;
}
