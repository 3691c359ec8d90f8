// SPDX-License-Identifier: MIT
#include "engine/default_files.h"

#include <doctest/doctest.h>
#include <pwd.h>
#include <unistd.h>

#include <string>

#include "environment_variable.h"

using namespace katago;

TEST_CASE("default files: the folder for data is in the home that the environment names") {
    const EnvironmentVariable home("HOME", "/somewhere/else");
    CHECK(home_data_directory() == "/somewhere/else/.katago");
}

TEST_CASE("default files: without HOME, the folder for data is in the home that the file of users names") {
    const passwd* const user = getpwuid(getuid());
    const std::string expected = std::string(user ? user->pw_dir : ".") + "/.katago";
    {
        const EnvironmentVariable home("HOME", std::nullopt);
        CHECK(home_data_directory() == expected);
    }
    const EnvironmentVariable home("HOME", "");
    CHECK(home_data_directory() == expected);
}
