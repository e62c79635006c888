#include "sillok/core/fork.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

using sillok::fork_watch;

namespace {

// Whether `holds` is true in a child.
template <class Holds>
bool in_a_child(Holds holds) {
    const ::pid_t child = ::fork();
    if (child == 0) ::_exit(holds() ? 0 : 1);
    int status = 1;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("what was made before a fork is in a child; what the child makes is at home, and so is the parent's") {
    const fork_watch early;
    CHECK_FALSE(early.is_in_child());
    CHECK(in_a_child([&] {
        const fork_watch own;
        fork_watch copied = early;
        const bool was_copied = copied.is_in_child();
        copied.renew();
        return was_copied && !copied.is_in_child() && early.is_in_child() && !own.is_in_child() &&
               in_a_child([&] { return early.is_in_child() && own.is_in_child() && !fork_watch().is_in_child(); });
    }));
    CHECK_FALSE(early.is_in_child());
    CHECK_FALSE(fork_watch().is_in_child());
    CHECK(in_a_child([&] { return early.is_in_child(); }));
}
