#pragma once
// A fork copies what must not exist twice: the state that ids are made from, and the handle of a store. What holds such a
// thing notices here, without a system call, that it is the copy.

#include <cstdint>
#include <new>

#include <pthread.h>

#include "sillok/core/exceptions.hpp"

namespace sillok::detail {

// Forks between this process and the one that made the first watch. Written only where a child has one thread.
inline std::uint64_t forks = 0;

}  // namespace sillok::detail

namespace sillok {

// Remembers the process that made it.
//
// Errors:     std::bad_alloc, of the first one in a program
// Threads:    any number at once
// Complexity: O(1); no system call after the first one
class fork_watch {
public:
    fork_watch() {
        static const bool registered = [] {
            if (::pthread_atfork(nullptr, nullptr, [] { ++detail::forks; }) != 0) throw std::bad_alloc();
            return true;
        }();
        static_cast<void>(registered);
        renew();
    }

    // Whether this is the copy in a child that was made by fork(): not by clone() or _Fork(), which tell nobody.
    bool is_in_child() const noexcept { return made_at_ != detail::forks; }
    // Makes the copy one of its own.
    void renew() noexcept { made_at_ = detail::forks; }

private:
    std::uint64_t made_at_ = 0;
};

}  // namespace sillok
