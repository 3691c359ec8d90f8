// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <streambuf>

#include "backend/cpu/cpu_backend.h"
#include "command/gtp/gtp.h"
#include "command/tiny_model.h"
#include "core/error.h"
#include "core/thread.h"

using namespace katago;

namespace {

// A pipe between the test and the engine: what one end writes, the other waits for.
class Pipe : public std::streambuf {
  public:
    void send(const std::string& text) {
        const std::lock_guard lock(mutex_);
        text_ += text;
        changed_.notify_all();
    }
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }
    // Waits until all of what was sent ends with `end`, and returns it.
    std::string wait_for(const std::string& end) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return text_.ends_with(end); });
        return text_;
    }

  protected:
    int_type underflow() override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return at_ < text_.size() || closed_; });
        if (at_ == text_.size()) return traits_type::eof();
        next_ = text_[at_++];
        setg(&next_, &next_, &next_ + 1);
        return traits_type::to_int_type(next_);
    }
    int_type overflow(int_type c) override {
        send(std::string(1, traits_type::to_char_type(c)));
        return c;
    }
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        send(std::string(text, static_cast<size_t>(size)));
        return size;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_ GUARDED_BY(mutex_);
    bool closed_ GUARDED_BY(mutex_) = false;
    size_t at_ GUARDED_BY(mutex_) = 0;
    char next_ = 0;
};

// A processor that takes until it is released to load a network, as if it were measuring.
class HeldBackend : public Backend {
  public:
    std::string name() const override { return "cpu"; }
    std::string description() const override { return "held"; }
    std::shared_ptr<const LoadedModel> load(const Graph& graph, const LoadOptions& options) const override {
        while (!released) {
            options.time->poll();
            std::this_thread::yield();
        }
        if (fails) throw BackendError("the network does not fit");
        return CpuBackend().load(graph);
    }

    std::atomic<bool> released = false, fails = false;
};

// `katago gtp` on a thread, which loads until the test releases it.
class Program {
  public:
    explicit Program(const std::vector<std::string>& more = {}) : model_("gtp-loading") {
        arguments_ = {"-model", model_.model(), "-override-config",
                      "nnPrecision=fp32,nnBackend=cpu,homeDataDir=" + model_.file("home")};
        for (const std::string& argument : more) arguments_.push_back(argument == "TINY" ? model_.model() : argument);
        thread_ = std::make_unique<Thread>([this] {
            const Backend* const table[] = {&backend};
            status = run_gtp_on(table, arguments_, {in_, out_, err_, reader});
        });
    }
    ~Program() {
        backend.released = true;
        to.close();
    }

    // Sends a command and returns its answer, without the blank line.
    std::string ask(const std::string& command) {
        const std::string before = from.wait_for("");
        to.send(command + "\n");
        std::string all = from.wait_for("");
        while (all.size() == before.size() || !all.ends_with("\n\n")) all = from.wait_for("\n\n");
        return all.substr(before.size(), all.size() - before.size() - 2);
    }
    // Waits for its end.
    void join() { thread_->join(); }
    std::string err() const { return err_text_.str(); }

    Pipe to, from;
    HeldBackend backend;
    std::shared_ptr<OutputReader> reader = std::make_shared<OutputReader>();
    int status = -1;

  private:
    TinyModel model_;
    std::vector<std::string> arguments_;
    std::istream in_{&to};
    std::ostream out_{&from};
    std::stringbuf err_text_;
    std::ostream err_{&err_text_};
    std::unique_ptr<Thread> thread_;  // last: it uses the others
};

}  // namespace

TEST_CASE("gtp: while the engine loads, what needs none is answered, and all else waits in order") {
    Program program;
    CHECK(program.ask("1 protocol_version") == "=1 2");
    CHECK(program.ask("\n# a comment\n2 name") == "=2 KataGo");
    CHECK(program.ask("3 known_command genmove") == "=3 true");
    const std::string list = program.ask("list_commands"), version = program.ask("version");
    CHECK(version.starts_with("= 1.17.2+"));
    program.to.send("4 known_command\n5 boardsize 9\n6 name\n7 boardsize 9 9 9\n8 nonsense\n");
    program.backend.released = true;
    const std::string all = program.from.wait_for("?8 unknown command\n\n");
    CHECK(
        all.ends_with("\n\n?4 Expected single argument for known_command but got ''\n\n=5 \n\n=6 KataGo\n\n"
                      "?7 Expected int argument for boardsize or pair of ints but got '9 9 9'\n\n"
                      "?8 unknown command\n\n"));
    CHECK(program.ask("list_commands") == list);
    CHECK(program.ask("version") == version);
    CHECK(program.ask("quit") == "= ");
    program.join();
    CHECK(program.status == 0);
    CHECK(program.err().starts_with("KataGo v1.17.2\n"));
    CHECK(program.err().find("\nGTP ready, beginning main protocol loop\n") != std::string::npos);
}

TEST_CASE("gtp: the version that is answered while two networks load is the one that is answered later") {
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{"-human-model", "TINY"}, {"-override-version", "my own"}}) {
        Program program(more);
        const std::string version = program.ask("version");
        program.backend.released = true;
        CHECK(program.ask("komi 7") == "= ");
        CHECK(program.ask("version") == version);
    }
}

TEST_CASE("gtp: quit and the end of input end a start that is still loading") {
    for (const bool quits : {true, false}) {
        Program program;
        CHECK(program.ask("name") == "= KataGo");
        if (quits)
            CHECK(program.ask("9 quit") == "=9 ");
        else
            program.to.close();
        program.join();
        CHECK(program.status == 0);
        CHECK_FALSE(program.backend.released);
        CHECK(program.err().empty());
    }
}

TEST_CASE("gtp: a start that nobody reads from ends") {
    Program program;
    CHECK(program.ask("name") == "= KataGo");
    program.reader->leave(OutputReader::kClosed);
    program.to.close();
    CHECK_THROWS_AS(program.join(), IoError);
    CHECK_FALSE(program.backend.released);
}

TEST_CASE("gtp: a script waits for the answers before its quit") {
    Program program;
    program.to.send("name\nboardsize 9\nquit\n");
    program.to.close();
    program.from.wait_for("= KataGo\n\n");
    program.backend.released = true;
    program.join();
    CHECK(program.from.wait_for("") == "= KataGo\n\n= \n\n= \n\n");
    CHECK(program.status == 0);
}

TEST_CASE("gtp: a load that fails after some answers fails all that follow") {
    Program program;
    CHECK(program.ask("1 name") == "=1 KataGo");
    program.backend.fails = true;
    program.backend.released = true;
    const std::string failure = " KataGo could not start: the network does not fit";
    CHECK(program.ask("2 boardsize 9") == "?2" + failure);
    CHECK(program.ask("3 name") == "?3" + failure);
    CHECK(program.ask("4 quit") == "=4 ");
    program.join();
    CHECK(program.status == 1);
    CHECK(program.err() == "Uncaught exception: the network does not fit\n");
}
