#pragma once
// The seam to the operating system: everything a file store asks of it. Tests put a device under the store that fails,
// forgets and tears (testing/faulty_device.hpp).

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sillok/core/function_ref.hpp"

namespace sillok {

// What the operating system answers: a value, or the number of an error as in <cerrno>.
struct io_outcome {
    std::int64_t value = 0;
    int error = 0;

    bool ok() const noexcept { return error == 0; }
};

enum class open_mode : std::uint8_t {
    read,    // what exists
    write,   // what exists, to read and write
    create,  // to read and write; fails with EEXIST where it exists
    either,  // to read and write; made where it does not exist
};

using name_visitor = function_ref<void(std::string_view)>;

// Files by number, in directories by number. Every call does what the POSIX call of that kind does, once: it may be
// interrupted, and read and write may be short. Names are single components and never followed where they are links.
//
// file_size    is -1 for what is not a regular file.
// try_lock     takes the one lock of a file until its number is closed; EWOULDBLOCK where another number has it.
// unlock       gives it back, also where a forked child still has the number.
// watch        is a number by which to wait for changes of a file's content from now on; ENOSYS where that is not possible.
// await        waits until the watched file has changed since it was last asked, or the time in nanoseconds is over: 1 or 0.
//
// Threads: any number at once
template <class D>
concept device = requires(D& d, const char* path, int number, open_mode mode, void* to, const void* from,
                          std::size_t bytes, std::uint64_t offset, name_visitor names, std::int64_t nanoseconds) {
    { d.make_directory(path) } -> std::same_as<io_outcome>;
    { d.open_directory(path) } -> std::same_as<io_outcome>;
    { d.open(number, path, mode) } -> std::same_as<io_outcome>;
    { d.file_size(number) } -> std::same_as<io_outcome>;
    { d.read(number, to, bytes, offset) } -> std::same_as<io_outcome>;
    { d.write(number, from, bytes, offset) } -> std::same_as<io_outcome>;
    { d.truncate(number, offset) } -> std::same_as<io_outcome>;
    { d.sync_data(number) } -> std::same_as<io_outcome>;
    { d.sync(number) } -> std::same_as<io_outcome>;
    { d.rename(number, path, path) } -> std::same_as<io_outcome>;
    { d.remove(number, path) } -> std::same_as<io_outcome>;
    { d.list(number, names) } -> std::same_as<io_outcome>;
    { d.try_lock(number) } -> std::same_as<io_outcome>;
    { d.unlock(number) } -> std::same_as<io_outcome>;
    { d.watch(number) } -> std::same_as<io_outcome>;
    { d.await(number, nanoseconds) } -> std::same_as<io_outcome>;
    { d.close(number) } -> std::same_as<io_outcome>;
};

// A reference to a device of any kind, which must outlive it.
//
// Complexity: one indirect call more than the device itself
class device_ref {
public:
    template <class D>
        requires(!std::same_as<D, device_ref> && device<D>)
    constexpr device_ref(D& d) noexcept
        : device_(std::addressof(d)), calls_(&table<D>) {}  // NOLINT(google-explicit-constructor)

    io_outcome make_directory(const char* path) const { return calls_->make_directory(device_, path); }
    io_outcome open_directory(const char* path) const { return calls_->open_directory(device_, path); }
    io_outcome open(int directory, const char* name, open_mode mode) const {
        return calls_->open(device_, directory, name, mode);
    }
    io_outcome file_size(int file) const { return calls_->file_size(device_, file); }
    io_outcome read(int file, void* to, std::size_t bytes, std::uint64_t offset) const {
        return calls_->read(device_, file, to, bytes, offset);
    }
    io_outcome write(int file, const void* from, std::size_t bytes, std::uint64_t offset) const {
        return calls_->write(device_, file, from, bytes, offset);
    }
    io_outcome truncate(int file, std::uint64_t bytes) const { return calls_->truncate(device_, file, bytes); }
    io_outcome sync_data(int file) const { return calls_->sync_data(device_, file); }
    io_outcome sync(int file) const { return calls_->sync(device_, file); }
    io_outcome rename(int directory, const char* from, const char* to) const {
        return calls_->rename(device_, directory, from, to);
    }
    io_outcome remove(int directory, const char* name) const { return calls_->remove(device_, directory, name); }
    io_outcome list(int directory, name_visitor names) const { return calls_->list(device_, directory, names); }
    io_outcome try_lock(int file) const { return calls_->try_lock(device_, file); }
    io_outcome unlock(int file) const { return calls_->unlock(device_, file); }
    io_outcome watch(int file) const { return calls_->watch(device_, file); }
    io_outcome await(int watch, std::int64_t nanoseconds) const { return calls_->await(device_, watch, nanoseconds); }
    io_outcome close(int file) const { return calls_->close(device_, file); }

private:
    struct calls {
        io_outcome (*make_directory)(void*, const char*);
        io_outcome (*open_directory)(void*, const char*);
        io_outcome (*open)(void*, int, const char*, open_mode);
        io_outcome (*file_size)(void*, int);
        io_outcome (*read)(void*, int, void*, std::size_t, std::uint64_t);
        io_outcome (*write)(void*, int, const void*, std::size_t, std::uint64_t);
        io_outcome (*truncate)(void*, int, std::uint64_t);
        io_outcome (*sync_data)(void*, int);
        io_outcome (*sync)(void*, int);
        io_outcome (*rename)(void*, int, const char*, const char*);
        io_outcome (*remove)(void*, int, const char*);
        io_outcome (*list)(void*, int, name_visitor);
        io_outcome (*try_lock)(void*, int);
        io_outcome (*unlock)(void*, int);
        io_outcome (*watch)(void*, int);
        io_outcome (*await)(void*, int, std::int64_t);
        io_outcome (*close)(void*, int);
    };

    template <class D>
    static constexpr calls table{
        [](void* d, const char* path) { return static_cast<D*>(d)->make_directory(path); },
        [](void* d, const char* path) { return static_cast<D*>(d)->open_directory(path); },
        [](void* d, int dir, const char* name, open_mode mode) { return static_cast<D*>(d)->open(dir, name, mode); },
        [](void* d, int file) { return static_cast<D*>(d)->file_size(file); },
        [](void* d, int file, void* to, std::size_t n, std::uint64_t at) {
            return static_cast<D*>(d)->read(file, to, n, at);
        },
        [](void* d, int file, const void* from, std::size_t n, std::uint64_t at) {
            return static_cast<D*>(d)->write(file, from, n, at);
        },
        [](void* d, int file, std::uint64_t bytes) { return static_cast<D*>(d)->truncate(file, bytes); },
        [](void* d, int file) { return static_cast<D*>(d)->sync_data(file); },
        [](void* d, int file) { return static_cast<D*>(d)->sync(file); },
        [](void* d, int dir, const char* from, const char* to) { return static_cast<D*>(d)->rename(dir, from, to); },
        [](void* d, int dir, const char* name) { return static_cast<D*>(d)->remove(dir, name); },
        [](void* d, int dir, name_visitor names) { return static_cast<D*>(d)->list(dir, names); },
        [](void* d, int file) { return static_cast<D*>(d)->try_lock(file); },
        [](void* d, int file) { return static_cast<D*>(d)->unlock(file); },
        [](void* d, int file) { return static_cast<D*>(d)->watch(file); },
        [](void* d, int watch, std::int64_t nanoseconds) { return static_cast<D*>(d)->await(watch, nanoseconds); },
        [](void* d, int file) { return static_cast<D*>(d)->close(file); },
    };

    void* device_;
    const calls* calls_;
};

}  // namespace sillok
