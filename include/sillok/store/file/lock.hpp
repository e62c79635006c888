#pragma once
// One process writes a store. Whoever comes second is told who the first one is.

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "sillok/core/bytes.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/store/file/files.hpp"

namespace sillok::detail {

// "2026-01-31T12:00:00Z"
inline std::string utc_text(timestamp t) {
    std::int64_t whole = t.nanoseconds / 1'000'000'000;
    if (t.nanoseconds % 1'000'000'000 < 0) --whole;
    const auto seconds = static_cast<std::time_t>(whole);
    std::tm parts{};
    char text[32] = "";
    if (::gmtime_r(&seconds, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

// What the lock's file says of its owner, "pid 4711 since 2026-01-31T12:00:00Z"; nothing where it is not written to its end.
inline std::string lock_note(const directory& within, const owned_file& file) {
    std::byte bytes[128];
    const io_outcome read = within.read(file, bytes, sizeof bytes, 0);
    const std::string_view text = as_text({bytes, static_cast<std::size_t>(read.value)});
    const std::size_t end = text.find('\n');
    return std::string(end == text.npos ? std::string_view() : text.substr(0, end));
}

// Whether the process that a note names is there.
inline bool is_running(std::string_view note) noexcept {
    constexpr std::string_view before = "pid ";
    ::pid_t owner = 0;
    if (note.starts_with(before)) std::from_chars(note.data() + before.size(), note.data() + note.size(), owner);
    return owner > 0 && (::kill(owner, 0) == 0 || errno == EPERM);
}

// The writer's lock of a store, or of another thing that one process writes. It is free again when it goes, at the latest with the process: other handles of the file
// and copies of this one in forked children do not matter.
class writer_lock {
public:
    writer_lock() = default;
    writer_lock(writer_lock&&) noexcept = default;
    writer_lock& operator=(writer_lock&& other) noexcept {
        std::swap(file_, other.file_);
        std::swap(watch_, other.watch_);
        return *this;
    }
    ~writer_lock() { release(); }

    // An owner who has not yet written who it is is given some milliseconds for that.
    //
    // Errors: locked, with the owner; io
    static result<writer_lock> take(const directory& within, timestamp now, const std::string& name = "lock",
                                    std::string_view what = "the store") {
        auto file = within.open_file(name, open_mode::either);
        if (!file) return std::move(file).error();
        for (int patience_ms = 50;; --patience_ms) {
            const io_outcome locked = within.try_lock(*file);
            if (locked.ok()) break;
            if (locked.error != EWOULDBLOCK) return io_error("cannot be locked", name, locked.error);
            const std::string owner = lock_note(within, *file);
            const bool is_known = is_running(owner);
            if (is_known || patience_ms == 0) return refusal(what, owner, is_known);
            ::usleep(1'000);
        }
        // The note is for people: without space for it the lock is as good.
        const std::string note = "pid " + std::to_string(::getpid()) + " since " + utc_text(now) + '\n';
        if (within.truncate(*file, 0).ok()) static_cast<void>(within.write(*file, as_bytes(note), 0));
        return writer_lock(*std::move(file));
    }

    // The note goes first, so that nobody takes it for that of the next owner.
    void release() noexcept {
        const owned_file held = std::move(file_);
        if (!held.is_open() || watch_.is_in_child()) return;
        static_cast<void>(held.device().truncate(held.number(), 0));
        static_cast<void>(held.device().unlock(held.number()));
    }

private:
    explicit writer_lock(owned_file file) : file_(std::move(file)) {}

    static error refusal(std::string_view what, const std::string& owner, bool is_running) {
        std::string who = owner.empty() ? "it did not say who it is" : owner;
        if (!owner.empty() && !is_running) who += ", which does not run here; a child that it forked may have it";
        if (owner.starts_with("pid " + std::to_string(::getpid()) + ' '))
            return error(error_kind::locked,
                         "this process has " + std::string(what) + " open for writing already: " + who);
        return error(error_kind::locked, "another writer has " + std::string(what) + ": " + who);
    }

    owned_file file_;
    fork_watch watch_;
};

}  // namespace sillok::detail
