// SPDX-License-Identifier: MIT
// What loadsgf makes of records as servers, programs and people write them, and what it answers.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "command/gtp/transcripts.h"
#include "core/file.h"

using namespace katago;

namespace {

// A record in a file of its own.
class Record {
  public:
    explicit Record(const std::string& text)
        : path_(std::filesystem::temp_directory_path() / ("katago-gtp-record-" + std::to_string(getpid()) + ".sgf")) {
        write_file(path_, text);
    }
    ~Record() { std::filesystem::remove(path_); }

    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("loadsgf: takes server komi, two-byte text, small letters and later set-up") {
    if (transcripts::model().empty()) return;
    const struct {
        const char *text, *komi, *printed;
    } rows[] = {
        {"(;GM[1]FF[4]SZ[19]KM[375]RU[Chinese]AP[GNU Go:3.8]AP[foxwq];B[pp])", "7.5", "KM[7.5]RU[Chinese];B[pp])"},
        {"(;CA[Shift_JIS]SZ[9]KM[6.5]RU[Japanese];B[cc]C[\x95\\];W[gg];B[gc])", "6.5",
         "RU[Japanese];B[cc];W[gg];B[gc])"},
        {"(;GaMe[1]SiZe[9]KoMi[5.5]Black[de];White[fe])", "5.5", ";B[de];W[fe])"},
        {"(;SZ[9]KM[6,5];B[cc])", "6.5", ";B[cc])"},
        {"(;SZ[9];AB[cc];W[ee])", "7.5", "AB[cc];W[ee])"},
        {"(;SZ[9]RU[jp];B[cc])", "6.5", "RU[Japanese];B[cc])"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const Record record(row.text);
        const auto output = transcripts::run_gtp("komi 7.5\nloadsgf " + record.path() + "\nget_komi\nprintsgf\n");
        CHECK(output.out.starts_with("= \n\n= \n\n= " + std::string(row.komi) + "\n\n= (;"));
        CHECK(output.out.find(row.printed) != std::string::npos);
    }
}

TEST_CASE("loadsgf: answers with what a record leaves unclear, and keeps komi and rules where it does") {
    if (transcripts::model().empty()) return;
    const struct {
        const char *text, *warnings, *komi;
    } rows[] = {
        {"(;SZ[9]KM[six];B[cc])", "Could not parse komi in sgf: six; it is left out", "5.5"},
        {"(;SZ[9]KM[650];B[cc])", "KM[650] is read as hundredths: komi 6.5", "6.5"},
        {"(;SZ[9]RU[Klingon];B[cc])", "Could not parse rules: Klingon; the default rules are used", "5.5"},
        {"(;SZ[9];B[cc];AB[dd];W[ee])",
         "stones are set up in the middle of the game, after move 1; that position is taken as the start, the moves "
         "before it are left out",
         "5.5"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const Record record(row.text);
        const auto output =
            transcripts::run_gtp("kata-set-rules japanese\nkomi 5.5\nloadsgf " + record.path() + "\nget_komi\n");
        const std::string warning = "WARNING: " + record.path() + ": " + row.warnings + "\n";
        CHECK(output.out == "= \n\n= \n\n= " + warning + "\n= " + row.komi + "\n\n");
        CHECK(output.err.find(warning) != std::string::npos);
    }
}
