#pragma once
// The operating system itself.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/inotify.h>
#endif

#include "sillok/store/file/device.hpp"

namespace sillok {

// Files are made for their owner alone, closed when another program is started, and opened without following links.
class posix_device {
public:
    io_outcome make_directory(const char* path) const noexcept { return outcome(::mkdir(path, 0700)); }
    io_outcome open_directory(const char* path) const noexcept {
        return outcome(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    io_outcome open(int directory, const char* name, open_mode mode) const noexcept {
        // O_NONBLOCK: a pipe in the place of a file must be refused, not waited for.
        int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (mode == open_mode::read ? O_RDONLY : O_RDWR);
        if (mode == open_mode::create) flags |= O_CREAT | O_EXCL;
        if (mode == open_mode::either) flags |= O_CREAT;
        return outcome(::openat(directory, name, flags, 0600));
    }
    io_outcome file_size(int file) const noexcept {
        struct ::stat about {};
        if (::fstat(file, &about) != 0) return {0, errno};
        return {S_ISREG(about.st_mode) ? std::int64_t{about.st_size} : -1, 0};
    }
    io_outcome read(int file, void* to, std::size_t bytes, std::uint64_t offset) const noexcept {
        return outcome(::pread(file, to, bytes, static_cast<::off_t>(offset)));
    }
    io_outcome write(int file, const void* from, std::size_t bytes, std::uint64_t offset) const noexcept {
        return outcome(::pwrite(file, from, bytes, static_cast<::off_t>(offset)));
    }
    io_outcome truncate(int file, std::uint64_t bytes) const noexcept {
        return outcome(::ftruncate(file, static_cast<::off_t>(bytes)));
    }
    io_outcome sync_data(int file) const noexcept { return outcome(::fdatasync(file)); }
    io_outcome sync(int file) const noexcept { return outcome(::fsync(file)); }
    io_outcome rename(int directory, const char* from, const char* to) const noexcept {
        return outcome(::renameat(directory, from, directory, to));
    }
    io_outcome remove(int directory, const char* name) const noexcept {
        return outcome(::unlinkat(directory, name, 0));
    }
    io_outcome list(int directory, name_visitor names) const {
        const int own = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (own < 0) return {0, errno};
        listing open{::fdopendir(own)};
        if (open.entries == nullptr) {
            const int why = errno;
            ::close(own);
            return {0, why};
        }
        for (;;) {
            errno = 0;
            const ::dirent* const entry = ::readdir(open.entries);
            if (entry == nullptr) return {0, errno};
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") names(name);
        }
    }
    io_outcome try_lock(int file) const noexcept { return outcome(::flock(file, LOCK_EX | LOCK_NB)); }
    io_outcome unlock(int file) const noexcept { return outcome(::flock(file, LOCK_UN)); }
    io_outcome watch([[maybe_unused]] int file) const noexcept {
#if defined(__linux__)
        const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (watch < 0) return {0, errno};
        // The file itself, by whatever name: /proc leads to what is open.
        char path[32];
        std::snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        if (::inotify_add_watch(watch, path, IN_MODIFY) >= 0) return {watch, 0};
        const int why = errno;
        ::close(watch);
        return {0, why};
#else
        return {0, ENOSYS};
#endif
    }
    io_outcome await(int watch, std::int64_t nanoseconds) const noexcept {
        ::pollfd changed{watch, POLLIN, 0};
        const std::timespec patience{static_cast<std::time_t>(nanoseconds / 1'000'000'000),
                                     static_cast<long>(nanoseconds % 1'000'000'000)};
        const int ready = ::ppoll(&changed, 1, &patience, nullptr);
        if (ready <= 0) return outcome(ready);
        char events[4096];
        while (::read(watch, events, sizeof events) > 0) {}
        return {1, 0};
    }
    io_outcome close(int file) const noexcept { return outcome(::close(file)); }

private:
    struct listing {
        ::DIR* entries;
        ~listing() {
            if (entries != nullptr) ::closedir(entries);
        }
    };

    static io_outcome outcome(std::int64_t value) noexcept {
        return value < 0 ? io_outcome{0, errno} : io_outcome{value, 0};
    }
};

static_assert(device<posix_device>);

// The device that a store uses where none is handed to it. It has no state.
inline device_ref default_device() noexcept {
    static posix_device system;
    return system;
}

}  // namespace sillok
