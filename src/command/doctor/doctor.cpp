// SPDX-License-Identifier: MIT
// `katago doctor`: why the engine does not work or is slow on this machine, and what to do.
#include "command/doctor/doctor.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <ostream>

#include "backend/registry.h"
#include "command/doctor/checks.h"
#include "command/doctor/subcommand.h"
#include "command/version.h"
#include "core/error.h"
#include "core/json_text.h"

namespace katago {

namespace {

const CommandLine& command_line() {
    static const CommandLine line = [] {
        CommandLine result{
            "doctor",
            "Say why the engine does not work or is slow here, and what to do: a line for each thing "
            "that was looked at, which begins with ok, note or problem. Changes nothing. Give it the "
            "options that gtp or analysis is started with. The exit status is 1 where there is a problem.",
            engine_options()};
        result.options.push_back(
            {"human-model", "", "FILE", "A second network, which imitates people (see humanSLProfile).", false});
        result.options.push_back({"json", "", "", "Print one JSON object instead of text.", false});
        return result;
    }();
    return line;
}

struct Check {
    const char* topic;
    void (*run)(Patient& patient, Diagnosis& diagnosis);
};
constexpr Check kChecks[] = {
    {"system", check_system},        {"memory", check_memory},     {"processor", check_processors},
    {"cooling", check_cooling},      {"power", check_power},       {"graphics", check_graphics},
    {"configuration", check_config}, {"home", check_home},         {"network", check_network},
    {"kernels", check_kernels},      {"programs", tell_gui_lines},
};

Diagnosis examine(const Options& options, const ExaminedMachine& machine) {
    Patient patient{.options = options, .root = machine.root, .devices = machine.devices};
    Diagnosis diagnosis;
    for (const Check& check : kChecks) {
        try {
            check.run(patient, diagnosis);
        } catch (const std::exception& error) {  // the other checks may still find what is wrong
            diagnosis.problem(check.topic, error.what(), "the rest of this check was left out");
        }
    }
    return diagnosis;
}

nlohmann::ordered_json to_json(const Diagnosis& diagnosis) {
    nlohmann::ordered_json findings = nlohmann::ordered_json::array();
    for (const Finding& finding : diagnosis.findings()) {
        findings.push_back({{"health", name_of(finding.health)}, {"topic", finding.topic}, {"text", finding.text}});
        if (!finding.advice.empty()) findings.back()["advice"] = finding.advice;
    }
    return {{"version", product_line()},
            {"problems", diagnosis.count(Health::Problem)},
            {"notes", diagnosis.count(Health::Note)},
            {"findings", findings}};
}

std::string counted(int count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// A line for each finding, whatever line ends messages have.
void print(const Diagnosis& diagnosis, std::ostream& out) {
    constexpr size_t kWidth = 9;
    for (const Finding& finding : diagnosis.findings()) {
        std::string line(name_of(finding.health));
        line.resize(kWidth, ' ');
        line += finding.topic + ": " + finding.text;
        if (!finding.advice.empty()) line += " -> " + finding.advice;
        for (char& c : line)
            if (c == '\n') c = ' ';
        out << line << "\n";
    }
    out << "\n"
        << counted(diagnosis.count(Health::Problem), "problem") << ", "
        << counted(diagnosis.count(Health::Note), "note") << std::endl;
}

// None where a setting keeps the backends from being made: the check of the configuration meets the same error and
// tells of it.
std::vector<BackendDevice> devices_here() {
    try {
        return all_devices(backends());
    } catch (const Error&) {
        return {};
    }
}

}  // namespace

int run_doctor(std::span<const std::string> arguments, const Streams& streams) {
    return run_doctor_on(arguments, streams, {.devices = devices_here()});
}

int run_doctor_on(std::span<const std::string> arguments, const Streams& streams, const ExaminedMachine& machine) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const Diagnosis diagnosis = examine(options, machine);
    if (options.has("json"))
        streams.out << json_text(to_json(diagnosis), 2) << std::endl;
    else
        print(diagnosis, streams.out);
    return diagnosis.count(Health::Problem) > 0 ? 1 : 0;
}

}  // namespace katago
