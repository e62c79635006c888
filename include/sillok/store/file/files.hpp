#pragma once
// Files as a store uses them: owned, read and written whole, with errors that say what and where.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/device.hpp"

namespace sillok::detail {

inline bool is_no_space(int number) noexcept { return number == ENOSPC || number == EDQUOT; }

// An error of the operating system, with what was done to what.
inline error io_error(std::string_view what, std::string_view name, int number) {
    return error(is_no_space(number) ? error_kind::no_space : error_kind::io,
                 std::string(name) + ": " + std::string(what) + ": " + std::strerror(number));
}

// A file or a directory, closed when it goes.
class owned_file {
public:
    owned_file() = default;
    owned_file(device_ref device, int number) noexcept : device_(device), number_(number) {}
    owned_file(owned_file&& other) noexcept : device_(other.device_), number_(std::exchange(other.number_, -1)) {}
    owned_file& operator=(owned_file&& other) noexcept {
        std::swap(device_, other.device_);
        std::swap(number_, other.number_);
        return *this;
    }
    ~owned_file() {
        if (number_ >= 0) static_cast<void>(device_->close(number_));
    }

    bool is_open() const noexcept { return number_ >= 0; }
    int number() const noexcept { return number_; }
    device_ref device() const noexcept { return *device_; }  // of an open one
    int release() noexcept { return std::exchange(number_, -1); }

private:
    std::optional<device_ref> device_;
    int number_ = -1;
};

// A directory whose files are opened by name. Interrupted calls are repeated, short ones go on.
class directory {
public:
    directory(device_ref device, owned_file opened) noexcept : device_(device), opened_(std::move(opened)) {}

    explicit directory(device_ref device) noexcept : device_(device) {}  // opened later

    device_ref device() const noexcept { return device_; }
    bool is_open() const noexcept { return opened_.is_open(); }
    // Another directory in its place, or none.
    void reopen(owned_file opened) noexcept { opened_ = std::move(opened); }

    io_outcome open(const std::string& name, open_mode mode) const {
        return again([&] { return device_.open(opened_.number(), name.c_str(), mode); });
    }
    // Errors: io; also where it is a link or not a regular file
    result<owned_file> open_file(const std::string& name, open_mode mode) const {
        const io_outcome opened = open(name, mode);
        if (!opened.ok()) {
            if (opened.error == ELOOP)
                return error(error_kind::io, name + ": is a link, which a store does not follow");
            return io_error("cannot be opened", name, opened.error);
        }
        owned_file file(device_, static_cast<int>(opened.value));
        const io_outcome size = size_of(file);
        if (!size.ok()) return io_error("cannot be examined", name, size.error);
        if (size.value < 0) return error(error_kind::io, name + ": is not a regular file");
        return file;
    }
    io_outcome size_of(const owned_file& file) const {
        return again([&] { return device_.file_size(file.number()); });
    }

    // Reads up to `bytes`; fewer only where the file ends.
    io_outcome read(const owned_file& file, std::byte* to, std::size_t bytes, std::uint64_t offset) const {
        std::size_t done = 0;
        while (done < bytes) {
            const io_outcome some =
                again([&] { return device_.read(file.number(), to + done, bytes - done, offset + done); });
            if (!some.ok()) return some;
            if (some.value == 0) break;
            done += static_cast<std::size_t>(some.value);
        }
        return {static_cast<std::int64_t>(done), 0};
    }
    // Writes all of `bytes`. A write of nothing is an error, not a reason to try for ever.
    io_outcome write(const owned_file& file, bytes_view bytes, std::uint64_t offset) const {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const io_outcome some = again(
                [&] { return device_.write(file.number(), bytes.data() + done, bytes.size() - done, offset + done); });
            if (!some.ok()) return some;
            if (some.value <= 0) return {0, EIO};
            done += static_cast<std::size_t>(some.value);
        }
        return {static_cast<std::int64_t>(done), 0};
    }
    io_outcome truncate(const owned_file& file, std::uint64_t bytes) const {
        return again([&] { return device_.truncate(file.number(), bytes); });
    }
    // A sync is never repeated: after a failure nobody knows what it left behind.
    io_outcome sync_data(const owned_file& file) const { return device_.sync_data(file.number()); }
    io_outcome sync(const owned_file& file) const { return device_.sync(file.number()); }
    io_outcome sync() const { return device_.sync(opened_.number()); }
    io_outcome try_lock(const owned_file& file) const {
        return again([&] { return device_.try_lock(file.number()); });
    }
    io_outcome remove(const std::string& name) const {
        return again([&] { return device_.remove(opened_.number(), name.c_str()); });
    }
    io_outcome list(name_visitor names) const {
        return again([&] { return device_.list(opened_.number(), names); });
    }

    // Puts a small file in its place so that after a crash there is the old one or the new one, whole.
    result<void> replace(const std::string& name, bytes_view content) const {
        auto file = write_new(name + ".new", content);
        if (!file) return std::move(file).error();
        if (const io_outcome synced = sync(*file); !synced.ok())
            return io_error("cannot be synced", name + ".new", synced.error);
        if (auto renamed = rename(name + ".new", name); !renamed) return renamed;
        if (const io_outcome synced = sync(); !synced.ok())
            return io_error("cannot be synced", "the directory", synced.error);
        return {};
    }
    // The same without a sync, for what is made anew where a loss of power took it. A sync that failed here would also take the
    // report of it from those who need it.
    result<void> replace_unsynced(const std::string& name, bytes_view content) const {
        auto file = write_new(name + ".new", content);
        return file ? rename(name + ".new", name) : result<void>(std::move(file).error());
    }
    result<void> rename(const std::string& from, const std::string& to) const {
        const io_outcome renamed = again([&] { return device_.rename(opened_.number(), from.c_str(), to.c_str()); });
        return renamed.ok() ? result<void>() : io_error("cannot be renamed", from, renamed.error);
    }

private:
    result<owned_file> write_new(const std::string& name, bytes_view content) const {
        if (const io_outcome gone = remove(name); !gone.ok() && gone.error != ENOENT)
            return io_error("cannot be removed", name, gone.error);
        auto file = open_file(name, open_mode::create);
        if (!file) return file;
        if (const io_outcome written = write(*file, content, 0); !written.ok())
            return io_error("cannot be written", name, written.error);
        return file;
    }
    template <class Call>
    static io_outcome again(Call call) {
        for (;;) {
            const io_outcome answer = call();
            if (answer.error != EINTR) return answer;
        }
    }

    device_ref device_;
    owned_file opened_;
};

}  // namespace sillok::detail
