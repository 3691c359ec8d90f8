// SPDX-License-Identifier: MIT
#include "command/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <streambuf>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace katago {

namespace {

constexpr size_t kBufferBytes = 1 << 16;

std::string reason_of(int error) {
    if (error == EPIPE || error == ECONNRESET) return OutputReader::kClosed;
    return "could not write to standard output: " + std::generic_category().message(error);
}

// Waits until something happens to one of them; interrupts by signals are passed over.
void wait_for(std::array<pollfd, 2>& descriptors) {
    while (poll(descriptors.data(), descriptors.size(), -1) < 0 && errno == EINTR) {
    }
}

// Threads that are made while it lives leave all signals to the others.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

void fill_descriptor(int descriptor, int mode) {
    if (fcntl(descriptor, F_GETFD) != -1) return;
    // The lowest free number, which is this one: those below it are open.
    if (open("/dev/null", mode) != descriptor) throw IoError("could not open /dev/null in place of a closed stream");
}

}  // namespace

// A pipe that carries no more than the news that something has happened.
class StandardStreams::Signal {
  public:
    Signal() {
        if (pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
            throw IoError("could not make a pipe: " + std::generic_category().message(errno));
    }
    ~Signal() {
        for (const int end : ends_) close(end);
    }
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    void raise() {
        // A full pipe has told already.
        [[maybe_unused]] const ssize_t told = write(ends_[1], "", 1);
    }
    // Becomes readable.
    int descriptor() const { return ends_[0]; }

  private:
    std::array<int, 2> ends_{};
};

class StandardStreams::Input : public std::streambuf {
  public:
    Input(int descriptor, const Signal& ended) : descriptor_(descriptor), ended_(ended) {}

    std::istream stream{this};

  protected:
    int_type underflow() override {
        if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
        std::array<pollfd, 2> either = {pollfd{descriptor_, POLLIN, 0}, pollfd{ended_.descriptor(), POLLIN, 0}};
        ssize_t bytes = -1;
        do {
            wait_for(either);
            if (either[1].revents != 0) return traits_type::eof();
            bytes = read(descriptor_, buffer_.data(), buffer_.size());
        } while (bytes < 0 && (errno == EINTR || errno == EAGAIN));
        if (bytes <= 0) return traits_type::eof();
        setg(buffer_.data(), buffer_.data(), buffer_.data() + bytes);
        return traits_type::to_int_type(*gptr());
    }

  private:
    const int descriptor_;
    const Signal& ended_;
    std::array<char, kBufferBytes> buffer_{};
};

class StandardStreams::Output : public std::streambuf {
  public:
    Output(int descriptor, OutputReader& reader) : descriptor_(descriptor), reader_(reader) {
        setp(buffer_.data(), buffer_.data() + buffer_.size());
    }

    std::ostream stream{this};

  protected:
    int_type overflow(int_type c) override {
        if (sync() != 0) return traits_type::eof();
        if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
        return traits_type::not_eof(c);
    }

    // What cannot be written is dropped: nobody will read it later.
    int sync() override {
        const char* at = pbase();
        const char* const end = pptr();
        setp(buffer_.data(), buffer_.data() + buffer_.size());
        while (!failed_ && at < end) {
            const ssize_t bytes = write(descriptor_, at, static_cast<size_t>(end - at));
            if (bytes >= 0)
                at += bytes;
            else if (errno == EAGAIN)
                wait_for_room();
            else if (errno != EINTR)
                fail(errno);
        }
        return failed_ ? -1 : 0;
    }

  private:
    // Who started the process may have made its end of the pipe one that does not wait.
    void wait_for_room() const {
        std::array<pollfd, 2> room = {pollfd{descriptor_, POLLOUT, 0}, pollfd{-1, 0, 0}};
        wait_for(room);
    }
    void fail(int error) {
        failed_ = true;
        reader_.leave(reason_of(error));
    }

    const int descriptor_;
    OutputReader& reader_;
    bool failed_ = false;
    std::array<char, kBufferBytes> buffer_{};
};

StandardStreams::StandardStreams(int input, int output)
    : reader_(std::make_shared<OutputReader>()),
      output_ended_(std::make_unique<Signal>()),
      finished_(std::make_unique<Signal>()),
      input_(std::make_unique<Input>(input, *output_ended_)),
      output_(std::make_unique<Output>(output, *reader_)),
      notice_(std::make_unique<OutputReader::Notice>(*reader_, [this] { output_ended_->raise(); })) {
    const SignalsBlocked blocked;
    watcher_ = std::make_unique<Thread>([this, output] { watch(output); });
}

StandardStreams::~StandardStreams() {
    finished_->raise();
    watcher_.reset();
    output_->stream.flush();
}

// A long search writes nothing: without this, it would go on although its reader has gone.
void StandardStreams::watch(int output) const {
    std::array<pollfd, 2> either = {pollfd{output, 0, 0}, pollfd{finished_->descriptor(), POLLIN, 0}};
    wait_for(either);
    if ((either[0].revents & (POLLERR | POLLHUP)) != 0) reader_->leave(OutputReader::kClosed);
}

std::istream& StandardStreams::in() {
    return input_->stream;
}

std::ostream& StandardStreams::out() {
    return output_->stream;
}

void StandardStreams::finish() {
    if (output_->stream.flush()) return;
    reader_->leave(OutputReader::kClosed);
    reader_->expect();
}

void fill_standard_descriptors() {
    fill_descriptor(STDIN_FILENO, O_RDONLY);
    fill_descriptor(STDOUT_FILENO, O_RDONLY);
    fill_descriptor(STDERR_FILENO, O_WRONLY);
}

}  // namespace katago
