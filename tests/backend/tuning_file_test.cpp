// SPDX-License-Identifier: MIT
#include "backend/tuning_file.h"

#include <doctest/doctest.h>

#include <string>

#include "backend/tuning_folder.h"
#include "core/file.h"

using namespace katago;

TEST_CASE("tuning file: keeps lines, and those of others") {
    const TuningFolder folder;
    const auto file = folder.path() / "sub" / "t.txt";
    TuningFile first(file, "test 1"), second(file, "test 1");
    CHECK(!first.find("a"));
    first.set("a", "1 2");
    first.save();
    second.set("b", "3");
    second.save();
    const TuningFile read(file, "test 1");
    CHECK(read.find("a") == "1 2");
    CHECK(read.find("b") == "3");
}

TEST_CASE("tuning file: another identity or a damaged file counts as empty") {
    const TuningFolder folder;
    const auto file = folder.path() / "t.txt";
    TuningFile written(file, "test 1");
    written.set("a", "1");
    written.save();
    CHECK(!TuningFile(file, "test 2").find("a"));
    CHECK(TuningFile(file, "test 2").fault() == "it is of 'test 1', and this is 'test 2'");
    CHECK(TuningFile(file, "test 1").fault().empty());
    CHECK(TuningFile(folder.path() / "none", "test 1").fault().empty());
    std::string content = read_file(file);
    const std::string good = content;
    content[content.find('\t') + 1] = '2';
    for (const std::string& bad : {content, good.substr(0, good.size() / 2), std::string("x"), std::string()}) {
        write_file(file, bad);
        CHECK(!TuningFile(file, "test 1").find("a"));
        CHECK(TuningFile(file, "test 1").fault() == "it is damaged");
    }
    TuningFile again(file, "test 1");
    again.set("a", "5");
    again.save();
    CHECK(TuningFile(file, "test 1").find("a") == "5");
}
