#pragma once
// A lock, and a way to wait for what another thread does under it. Like std::mutex and std::condition_variable with the
// parts that stores need; those cost 0.1 s to include, more than the rest of the memory store.

#include <cerrno>
#include <cstdint>
#include <ctime>

#include <pthread.h>

namespace sillok::detail {

// Nanoseconds of a clock that never goes back, from an arbitrary start.
inline std::int64_t steady_now() noexcept {
    std::timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Threads: that is what it is for. Waiters measure by the steady clock.
class monitor {
public:
    monitor() noexcept {
        pthread_condattr_t steady;
        pthread_condattr_init(&steady);
        pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
        pthread_cond_init(&changed_, &steady);
        pthread_condattr_destroy(&steady);
    }
    monitor(const monitor&) = delete;
    monitor& operator=(const monitor&) = delete;
    // In a forked child the parent's threads still count as waiting, and to destroy what they wait for would not return.
    ~monitor() {
        if (waiting_ == 0) pthread_cond_destroy(&changed_);
        pthread_mutex_destroy(&mutex_);
    }

    void lock() noexcept { pthread_mutex_lock(&mutex_); }
    void unlock() noexcept { pthread_mutex_unlock(&mutex_); }

    // Returns `done()` as soon as it is true, or when the time is over.
    //
    // Requires: the lock is held. It is given up while waiting, and held again on return.
    template <class Done>
    bool wait(std::int64_t nanoseconds, Done done) {
        if (done()) return true;
        if (nanoseconds <= 0) return false;
        std::timespec until{};
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += static_cast<std::time_t>(nanoseconds / 1'000'000'000);
        until.tv_nsec += static_cast<long>(nanoseconds % 1'000'000'000);
        if (until.tv_nsec >= 1'000'000'000) {
            until.tv_nsec -= 1'000'000'000;
            ++until.tv_sec;
        }
        ++waiting_;
        bool in_time = true;
        while (in_time && !done()) in_time = pthread_cond_timedwait(&changed_, &mutex_, &until) != ETIMEDOUT;
        --waiting_;
        return done();
    }

    // Waits for the next `announce`, or for nothing at all.
    //
    // Requires: the lock is held. It is given up while waiting, and held again on return.
    void wait() noexcept {
        ++waiting_;
        pthread_cond_wait(&changed_, &mutex_);
        --waiting_;
    }

    // Wakes those who wait; nothing is done where nobody does.
    //
    // Requires: the lock is held
    void announce() noexcept {
        if (waiting_ != 0) [[unlikely]]
            pthread_cond_broadcast(&changed_);
    }

private:
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t changed_;
    unsigned waiting_ = 0;
};

class monitor_lock {
public:
    explicit monitor_lock(monitor& owner) noexcept : owner_(owner) { owner_.lock(); }
    monitor_lock(const monitor_lock&) = delete;
    monitor_lock& operator=(const monitor_lock&) = delete;
    ~monitor_lock() { owner_.unlock(); }

private:
    monitor& owner_;
};

}  // namespace sillok::detail
