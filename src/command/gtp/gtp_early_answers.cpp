// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_early_answers.h"

#include <utility>

#include "command/gtp/gtp.h"
#include "command/gtp/gtp_commands.h"
#include "core/error.h"

namespace katago {

GtpEarlyAnswers::GtpEarlyAnswers(Setup setup)
    : setup_(std::move(setup)),
      communication_(setup_.log_all_communication ? &setup_.log : nullptr),
      output_(setup_.streams.out, *setup_.streams.reader),
      thread_([this] { read(); }) {}

void GtpEarlyAnswers::finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
}

std::optional<BoundedLine> GtpEarlyAnswers::take() {
    thread_.join();
    return std::exchange(line_, std::nullopt);
}

void GtpEarlyAnswers::read() {
    while (true) {
        std::optional<BoundedLine> line = read_bounded_line(setup_.streams.in, kMaxGtpLineBytes);
        // Held while an answer is written: after finish() another thread writes.
        const std::lock_guard lock(mutex_);
        if (line && (finished_ || !answer(*line))) line_ = std::move(line);
        if (!line && !finished_) leave();
        if (!line || line_ || nobody_waits_) return;
    }
}

void GtpEarlyAnswers::leave() {
    nobody_waits_ = true;
    setup_.nobody_waits();
}

bool GtpEarlyAnswers::answer(const BoundedLine& line) {
    if (line.cut) return false;
    const std::string text = normalize_gtp_line(line.text);
    if (text.empty()) return true;
    try {
        return answer(parse_gtp_request(text), text);
    } catch (const ProtocolError&) {
        return false;  // the session says what is wrong with it
    }
}

bool GtpEarlyAnswers::answer(const GtpRequest& request, const std::string& text) {
    const bool quits = request.command == "quit";
    const GtpCommand* const command = find_gtp_command(request.command);
    if (!quits && (!command || !command->run_early)) return false;
    const std::string reply = quits ? "" : command->run_early(setup_.version, request);
    if (communication_) communication_->write("Controller: " + text);
    output_.respond(GtpStatus::Success, request.id, reply, communication_);
    if (!quits) return true;
    setup_.log.write("Quit requested by controller");
    leave();
    return true;
}

std::optional<BoundedLine> GtpLines::next() {
    if (early_) return std::exchange(early_, nullptr)->take();
    return read_bounded_line(in_, kMaxGtpLineBytes);
}

}  // namespace katago
