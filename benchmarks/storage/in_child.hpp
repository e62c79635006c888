#pragma once
// Work in a process of its own: to crash there, or to begin with a heap in which nothing was freed.

#include <array>
#include <cstddef>

#include <sys/wait.h>
#include <unistd.h>

#include "storage/workload.hpp"

namespace storage {

// What `act` returns, which a child process calls. It ends without destructors, as in a crash: what is to be closed, `act` closes.
//
// Requires: this process has one thread.
template <std::size_t N, class Act>
std::array<double, N> in_child(Act act) {
    int ends[2];
    expect(::pipe(ends) == 0, "there is no pipe");
    const ::pid_t child = ::fork();
    expect(child >= 0, "there is no child process");
    std::array<double, N> answer{};
    if (child == 0) {
        answer = act();
        const bool told = ::write(ends[1], answer.data(), sizeof answer) == static_cast<::ssize_t>(sizeof answer);
        ::_exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    const bool heard = ::read(ends[0], answer.data(), sizeof answer) == static_cast<::ssize_t>(sizeof answer);
    ::close(ends[0]);
    int status = 0;
    expect(::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 && heard,
           "a child process failed");
    return answer;
}

// Opens what is in a folder in a child, and closes it or not. Units: milliseconds, and bytes of memory that it then has more.
struct opened {
    double milliseconds;
    double resident;
};
template <class Log>
opened open_in_child(const std::string& folder, std::uint64_t events, bool closes) {
    const auto [milliseconds, resident] = in_child<2>([&]() -> std::array<double, 2> {
        const double before = resident_bytes();
        Log* log = nullptr;
        const double seconds = seconds_of([&] { log = new Log(folder, keep::in_kernel); });
        const double after = resident_bytes();
        expect(log->last() == events, "events are missing after opening");
        if (closes) expect(log->close(), "closing failed");
        return {seconds * 1e3, after - before};
    });
    return {milliseconds, resident};
}

}  // namespace storage
