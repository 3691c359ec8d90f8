// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "at_end.h"

namespace {

std::vector<std::function<void()>>& actions_at_end() {
    static std::vector<std::function<void()>> actions;
    return actions;
}

}  // namespace

void at_end(std::function<void()> action) {
    actions_at_end().push_back(std::move(action));
}

int main(int argc, char** argv) {
    // Engines keep measurements of this machine in the home directory: those of tests stay apart from the user's.
    const auto home = std::filesystem::temp_directory_path() / ("katago-tests-home-" + std::to_string(getpid()));
    setenv("HOME", home.c_str(), 1);
    const int status = doctest::Context(argc, argv).run();
    for (const auto& action : actions_at_end()) action();
    std::filesystem::remove_all(home);
    return status;
}
