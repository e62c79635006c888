#pragma once
// A device that fails by a script: at these calls, with these errors.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sillok/store/file/device.hpp"
#include "sillok/testing/faulty_device.hpp"

namespace recovery {

using sillok::io_outcome;
using sillok::name_visitor;
using sillok::open_mode;

enum class call_kind : std::uint8_t {
    make,
    find,
    open,
    size,
    read,
    write,
    truncate,
    sync,
    rename,
    remove,
    list,
    lock,
    close
};

// Errors that no system has: a write of nothing, one that arrives by half and then fails, and one for which the space ends.
inline constexpr int writes_nothing = 10'001;
inline constexpr int writes_half = 10'002;
inline constexpr int fills_the_disk = 10'003;

// As the disk says it.
inline int system_error(int error) { return error < writes_nothing ? error : error == fills_the_disk ? ENOSPC : EIO; }

// What a call of that kind may answer.
inline const std::vector<int>& errors_of(call_kind kind) {
    static const std::vector<int> entries{EIO, ENOSPC, EDQUOT, EINTR, EMFILE, EACCES};
    static const std::vector<int> looks{EIO, EINTR, EMFILE};
    static const std::vector<int> reads{EIO, EINTR};
    static const std::vector<int> writes{EIO, ENOSPC, EDQUOT, EINTR, writes_nothing, writes_half, fills_the_disk};
    static const std::vector<int> changes{EIO, ENOSPC, EDQUOT, EINTR};
    static const std::vector<int> locks{EIO, EINTR, ENOLCK, EWOULDBLOCK};
    switch (kind) {
        case call_kind::make:
        case call_kind::open: return entries;
        case call_kind::find:
        case call_kind::list: return looks;
        case call_kind::write: return writes;
        case call_kind::truncate:
        case call_kind::sync:
        case call_kind::rename:
        case call_kind::remove: return changes;
        case call_kind::lock: return locks;
        case call_kind::size:
        case call_kind::read:
        case call_kind::close: break;
    }
    return reads;
}

struct fault {
    std::uint64_t call = 0;  // counted from 1; 0: none
    int error = 0;
};

// Threads: one
class scripted_device {
public:
    explicit scripted_device(sillok::testing::faulty_device& disk) : disk_(disk) {}

    void fail(fault one, fault other = {}) {
        one_ = one;
        other_ = other;
    }
    // At this call the power goes: it and all behind it fail.
    void stop_at(std::uint64_t call) { stop_ = call; }
    const std::vector<call_kind>& calls() const { return calls_; }
    // The process goes; what is failing goes on to fail.
    void lose_process() {
        disk_.lose_process();
        if (stop_ != 0 && calls_.size() >= stop_) disk_.stop_at_call(1);
    }

    io_outcome make_directory(const char* name) {
        return call(call_kind::make, [&] { return disk_.make_directory(name); });
    }
    io_outcome open_directory(const char* name) {
        return call(call_kind::find, [&] { return disk_.open_directory(name); });
    }
    io_outcome open(int folder, const char* name, open_mode mode) {
        return call(call_kind::open, [&] { return disk_.open(folder, name, mode); });
    }
    io_outcome file_size(int file) {
        return call(call_kind::size, [&] { return disk_.file_size(file); });
    }
    io_outcome read(int file, void* to, std::size_t bytes, std::uint64_t offset) {
        return call(call_kind::read, [&] { return disk_.read(file, to, bytes, offset); });
    }
    io_outcome write(int file, const void* from, std::size_t bytes, std::uint64_t offset) {
        const int error = count(call_kind::write);
        if (error == writes_nothing) return {0, 0};
        if (error == writes_half || error == fills_the_disk)
            static_cast<void>(disk_.write(file, from, bytes / 2, offset));
        if (error != 0) disk_.fail_call(1, system_error(error));
        return disk_.write(file, from, bytes, offset);
    }
    io_outcome truncate(int file, std::uint64_t bytes) {
        return call(call_kind::truncate, [&] { return disk_.truncate(file, bytes); });
    }
    io_outcome sync_data(int file) {
        return call(call_kind::sync, [&] { return disk_.sync_data(file); });
    }
    io_outcome sync(int file) {
        return call(call_kind::sync, [&] { return disk_.sync(file); });
    }
    io_outcome rename(int folder, const char* from, const char* to) {
        return call(call_kind::rename, [&] { return disk_.rename(folder, from, to); });
    }
    io_outcome remove(int folder, const char* name) {
        return call(call_kind::remove, [&] { return disk_.remove(folder, name); });
    }
    io_outcome list(int folder, name_visitor visit) {
        return call(call_kind::list, [&] { return disk_.list(folder, visit); });
    }
    io_outcome try_lock(int file) {
        return call(call_kind::lock, [&] { return disk_.try_lock(file); });
    }
    io_outcome watch(int file) { return disk_.watch(file); }
    io_outcome await(int number, std::int64_t nanoseconds) { return disk_.await(number, nanoseconds); }
    io_outcome unlock(int file) { return disk_.unlock(file); }
    // The number is gone whatever a close answers.
    io_outcome close(int file) {
        const int error = count(call_kind::close);
        const io_outcome closed = disk_.close(file);
        return error != 0 ? io_outcome{0, system_error(error)} : closed;
    }

private:
    // Counts a call, and returns how it is to fail.
    int count(call_kind kind) {
        calls_.push_back(kind);
        const std::uint64_t number = calls_.size();
        if (number == stop_) disk_.stop_at_call(1);
        for (const fault& each : {one_, other_})
            if (each.call == number) return each.error;
        return 0;
    }
    // The disk itself fails, since it knows what a failed sync leaves behind.
    template <class Act>
    io_outcome call(call_kind kind, Act act) {
        if (const int error = count(kind); error != 0) disk_.fail_call(1, system_error(error));
        return act();
    }

    sillok::testing::faulty_device& disk_;
    fault one_;
    fault other_;
    std::uint64_t stop_ = 0;
    std::vector<call_kind> calls_;
};

static_assert(sillok::device<scripted_device>);

}  // namespace recovery
