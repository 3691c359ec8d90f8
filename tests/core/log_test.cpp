// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "core/config.h"
#include "core/error.h"
#include "core/file.h"

using namespace katago;

namespace {

const std::filesystem::path kFolder =
    std::filesystem::temp_directory_path() / ("katago-log-test-" + std::to_string(::getpid()));

}  // namespace

TEST_CASE("log: writes stamped lines to its streams") {
    std::ostringstream out, complaints;
    Logger logger({}, {&out}, complaints);
    logger.write("hello");
    const std::string line = out.str();
    REQUIRE(line.size() == std::string("2025-01-01 12:00:00+0000: hello\n").size());
    CHECK(line.substr(24) == ": hello\n");
    CHECK(line[4] == '-');
    CHECK(complaints.str().empty());
}

TEST_CASE("log: without time stamps, and the config's contents") {
    std::ostringstream out;
    LogOptions options;
    options.time_stamp = false;
    Logger logger(options, {&out}, out);
    logger.write_config(Config::from_text("b = 2\na = 1", "x"));
    CHECK(out.str() == ": Running with following config:\na = 1\nb = 2\n");
}

TEST_CASE("log: a device takes lines, a FIFO without a reader does not hold up the start") {
    std::ostringstream complaints;
    std::filesystem::create_directories(kFolder);
    LogOptions options;
    options.file = "/dev/null";
    Logger(options, {}, complaints).write("x");
    CHECK(complaints.str().empty());
    options.time_stamp = false;
    options.file = kFolder / "fifo";
    REQUIRE(::mkfifo(options.file.c_str(), 0600) == 0);
    Logger(options, {}, complaints).write("x");
    CHECK(complaints.str().find("could not open file for logging: " + options.file.string()) != std::string::npos);
    const int reader = ::open(options.file.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    complaints.str("");
    Logger(options, {}, complaints).write("seen");
    char text[16] = {};
    CHECK(::read(reader, text, sizeof(text) - 1) == 7);
    CHECK(std::string(text) == ": seen\n");
    CHECK(complaints.str().empty());
    ::close(reader);
    std::filesystem::remove_all(kFolder);
}

TEST_CASE("log: appends to a file, or makes a new one in a folder") {
    std::ostringstream complaints;
    std::filesystem::create_directories(kFolder);
    LogOptions options;
    options.time_stamp = false;
    options.file = kFolder / "one.log";
    for (int run = 0; run < 2; ++run) Logger(options, {}, complaints).write("run");
    CHECK(read_file(options.file) == ": run\n: run\n");

    options.file.clear();
    options.dir = kFolder / "made" / "here";
    Logger(options, {}, complaints).write("x");
    const auto made = std::filesystem::directory_iterator(options.dir)->path();
    CHECK(made.extension() == ".log");
    CHECK(made.filename().string().size() == std::string("YYYYMMDD-HHMMSS-XXXXXXXX.log").size());
    CHECK(complaints.str().empty());
    std::filesystem::remove_all(kFolder);
}

TEST_CASE("log: a file that cannot be opened is a warning") {
    std::ostringstream out, complaints;
    LogOptions options;
    options.file = "/nonexistent/x.log";
    Logger logger(options, {&out}, complaints);
    logger.write("still here");
    CHECK(complaints.str().starts_with("WARNING: could not open file for logging: /nonexistent/x.log"));
    CHECK(out.str().ends_with("still here\n"));
}

TEST_CASE("log: options come from the config; two files are refused") {
    const auto options =
        LogOptions::from_config(Config::from_text("logDir = logs\nlogToStderr = true\nlogTimeStamp = false", "c"), {});
    CHECK(options.dir == "logs");
    CHECK(options.to_stderr);
    CHECK_FALSE(options.time_stamp);
    CHECK_THROWS_AS(LogOptions::from_config(Config::from_text("logDir = a\nlogFile = b", "c"), {}), ConfigError);
}
