// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

int main(int argc, char** argv) {
    // Engines keep measurements of this machine in the home directory: those of tests stay apart from the user's.
    const auto home = std::filesystem::temp_directory_path() / "katago-tests-home";
    setenv("HOME", home.c_str(), 1);
    return doctest::Context(argc, argv).run();
}
