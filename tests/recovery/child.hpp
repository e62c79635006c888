#pragma once
// Processes that a parent starts and kills, and the pipes by which they report.

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arguments.hpp"

namespace recovery {

// What a child says: always of the same size and small, so that it arrives whole or not at all.
struct report {
    std::uint64_t kind = 0;
    std::uint64_t number = 0;  // of a batch
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t version = 0;
    std::int64_t time = 0;
    char text[72] = {};
};

class child {
public:
    // Runs `work(pipe)` in a process of its own, which ends with it.
    template <class Work>
    explicit child(Work work) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) fail("no pipe");
        static_cast<void>(
            ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20));  // a child that waits for its parent appends nothing
        id_ = ::fork();
        if (id_ < 0) fail("no process");
        if (id_ == 0) {
            ::close(ends[0]);
            work(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child() { static_cast<void>(end()); }

    // Kills it where it still runs, and returns what it has said.
    std::vector<report> end() {
        std::vector<report> said;
        if (id_ <= 0) return said;
        ::kill(id_, SIGKILL);
        while (::waitpid(id_, &status_, 0) < 0 && errno == EINTR) continue;
        report next;
        while (::read(pipe_, &next, sizeof next) == static_cast<::ssize_t>(sizeof next)) said.push_back(next);
        ::close(pipe_);
        id_ = 0;
        return said;
    }
    // Whether it ended otherwise than by being killed or in order.
    bool crashed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) != SIGKILL; }

private:
    ::pid_t id_ = 0;
    int pipe_ = -1;
    int status_ = 0;
};

inline void say(int pipe, const report& what) {
    if (::write(pipe, &what, sizeof what) != static_cast<::ssize_t>(sizeof what)) ::_exit(1);
}

}  // namespace recovery
