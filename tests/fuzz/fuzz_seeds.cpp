// SPDX-License-Identifier: MIT
// Writes what the fuzzers begin with: fuzz_seeds FOLDER [REFERENCE_DATA]. One folder a fuzzer.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "command/gtp/gtp_commands.h"
#include "command/gtp/gtp_settings.h"
#include "core/file.h"
#include "nn/format/net_writer.h"
#include "nn/format/network_file.h"
#include "quant/stored_weights.h"
#include "search/params.h"

using namespace katago;
namespace fs = std::filesystem;

namespace {

class Corpus {
  public:
    explicit Corpus(const fs::path& folder) : folder_(folder) { fs::create_directories(folder); }
    void add(const std::string& bytes) { write_file(folder_ / ("seed" + std::to_string(++count_)), bytes); }
    // Files of the reference data, where it is there.
    void add_files(const fs::path& folder, const std::string& ending, size_t max) {
        if (!fs::is_directory(folder)) return;
        size_t added = 0;
        for (const auto& entry : fs::directory_iterator(folder))
            if (added < max && entry.path().string().ends_with(ending)) add(read_file(entry.path())), ++added;
    }

  private:
    fs::path folder_;
    int count_ = 0;
};

void write_config_seeds(Corpus corpus, const fs::path& data) {
    corpus.add("maxVisits=5, rules=chinese\nlogFile = \"a \\\"b\" # c\nkoRule = SIMPLE\n");
    corpus.add("rules=\nscoringRule = AREA\nkoRule = POSITIONAL\nmultiStoneSuicideLegal = true\nhasButton = true\n");
    corpus.add(
        "\xE2\x80\x9C"
        "maxVisits=5\xE2\x80\x9D\n\xEF\xBB\xBF# x\r\nmaxVisits\xC2\xA0=\t5\xA0\rrules = \xE2\x80\x9C"
        "aga\xE2\x80\x9D");
    corpus.add(
        "a=1\n\xE3\x80\x80maxVisits = \xC2\xAB"
        "5\xC2\xBB # x\n\xFF\xFEm\0a\0");
    std::string all = "\n";
    for (const auto& row : gtp_setting_rows()) all += std::string(row.key) + " = 1\n";
    for (const auto& row : player_setting_rows()) all += std::string(row.key) + " = 1\n";
    for (const auto& row : game_setting_rows()) all += std::string(row.key) + " = 1\n";
    for (const auto& row : search_param_rows()) all += std::string(row.key) + " = 0.5\n";
    corpus.add(all);
    corpus.add_files(data / "gtp", ".cfg", 10);
    corpus.add_files(data / "analysis", ".cfg", 10);
}

void write_sgf_seeds(Corpus corpus, const fs::path& data) {
    corpus.add("(;GM[1]SZ[9]KM[7.5]RU[koSIMPLEscoreAREAtaxNONEsui0];B[ee];W[cc](;B[gg];W[])(;B[tt];W[gc]C[a\\]b]))");
    corpus.add("(;FF[4]SZ[19:13]HA[2]AB[dd][pp]AW[aa:cc]PL[W]RE[W+R]PB[x]PW[y]RU[japanese];W[qq];B[pq])");
    corpus.add("(;CA[Shift_JIS]SiZe[9]KoMi[6,5]RU[jp];AddBlack[ef:dd][cc]PLayer[W];White[gg]C[\x95\\];AE[dd];B[gc])");
    corpus.add("(;SZ[19]KM[375]RU[Chinese, Pair Go]AP[x][foxwq]PB[\x81]]PW[Andr\xE9]AB[];B[ pp ])");
    corpus.add("(;KM[3 3/4\xE5\xAD\x90]RU[\xE4\xB8\xAD\xE5\x9B\xBD];B[cc])");
    corpus.add(std::string("\xFF\xFE(\0;\0B\0[\0a\0a\0]\0)\0", 18));
    corpus.add_files(data / "games", ".sgf", 40);
    corpus.add_files(data / "reports", ".sgf", 40);
}

void write_model_seeds(Corpus corpus) {
    for (const int version : {3, 5, 8, 10, 14, 16, 17}) {
        corpus.add("b" + test_nets::tiny_net(version).bytes);
        corpus.add("t" + test_nets::tiny_net(version, true).bytes);
    }
    for (const bool text : {false, true}) {
        corpus.add((text ? "t" : "b") + test_nets::net_a(text).bytes);
        corpus.add((text ? "t" : "b") + test_nets::net_b(text).bytes);
    }
    const std::string empty_gzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20);
    corpus.add("b" + empty_gzip);
    for (const char* foreign :
         {"<!DOCTYPE html>", "version https://git-lfs.github.com/spec/v1\n", "{\"a\":1}", "404: Not Found",
          "1\n0.5 0.5\n", "PK\3\4archive/data.pkl", "\x08\x08\x12\x07pytorch\x1a"})
        corpus.add(std::string("t") + foreign);
}

void write_safetensors_seeds(Corpus corpus, const fs::path& folder) {
    const fs::path file = folder / "safetensors.seed";
    const auto add = [&](const Model& model) {
        write_network(file, model);
        corpus.add(read_file(file));
    };
    for (const auto& net : {test_nets::tiny_net(3), test_nets::tiny_net(14), test_nets::tiny_net(17),
                            test_nets::net_a(), test_nets::net_b()}) {
        Model model = read_model(*ByteSource::from_memory(net.bytes, "seed"), WeightForm::Binary);
        add(model);
        model.graph = std::make_shared<const Graph>(in_fp16(*model.graph));
        add(model);
    }
    fs::remove(file);
    corpus.add(std::string("\2\0\0\0\0\0\0\0{}", 10));
}

void write_json_seeds(Corpus corpus, const fs::path& data) {
    corpus.add(
        R"({"id":"1","boardXSize":9,"boardYSize":13,"komi":6.5,"rules":"japanese","moves":[["B","C3"],["W","pass"]],)"
        R"("initialStones":[["B","A1"]],"initialPlayer":"W","analyzeTurns":[0,2],"priorities":[1,2],"maxVisits":3})");
    corpus.add(
        R"({"id":"q","boardXSize":19,"boardYSize":19,"rules":{"ko":"SIMPLE","score":"AREA","suicide":true},"moves":[],)"
        R"("avoidMoves":[{"player":"B","moves":["C3","Q4"],"untilDepth":2}],"overrideSettings":{"maxTime":1.5,"a":true},)"
        R"("includeOwnership":true,"includePolicy":true,"includePVVisits":true,"reportDuringSearchEvery":0.5})");
    corpus.add(R"({"id":"t","action":"terminate","terminateId":"1","turnNumbers":[1,2]})");
    corpus.add("\xEF\xBB\xBF{\"id\":\"\xC4\xE3\",\"moves\":[[\"B\",\"\xFF\"]],\"rules\":\"\xE6\x97\xA5\xE6\x9C\xAC\"}");
    // One seed a line of the reference's transcripts.
    if (!fs::is_directory(data / "analysis")) return;
    for (const auto& entry : fs::directory_iterator(data / "analysis")) {
        if (entry.path().extension() != ".in") continue;
        std::ifstream lines(entry.path());
        for (std::string line; std::getline(lines, line);) corpus.add(line);
    }
}

void write_gtp_seeds(Corpus corpus, const fs::path& data) {
    for (const std::span<const GtpCommand> group : gtp_command_groups())
        for (const GtpCommand& command : group)
            for (const char* arguments :
                 {"", " B C3", " 1 2 3", " B 1 ownership true pvVisits true", " rules japanese"})
                corpus.add("play B D4\n7 " + std::string(command.name) + arguments + " # x\r\nshowboard\n");
    corpus.add(
        "\xEF\xBB\xBF"
        "1 loadsgf /\xE5\x9B\xB4 1.sgf 5\nprintsgf \"a b # c\nprintsgf # x\nkomi 6,5\xC2\xA0\n");
    corpus.add_files(data / "gtp", ".in", 100);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "fuzz_seeds FOLDER [REFERENCE_DATA]\n";
        return 1;
    }
    const fs::path folder = argv[1];
    const fs::path data = argc > 2 ? argv[2] : "";
    write_config_seeds(Corpus(folder / "config"), data);
    write_sgf_seeds(Corpus(folder / "sgf"), data);
    write_model_seeds(Corpus(folder / "model"));
    write_safetensors_seeds(Corpus(folder / "safetensors"), folder);
    write_json_seeds(Corpus(folder / "json"), data);
    write_gtp_seeds(Corpus(folder / "gtp"), data);
    return 0;
}
