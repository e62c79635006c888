#pragma once
// One process writes a store. Whoever comes second is told who the first one is.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "sillok/core/bytes.hpp"
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

// Takes the writer's lock of a store. It is free again when the file is closed, at the latest with the process; other handles
// of the file do not matter.
//
// Errors: locked, with the owner; io
inline result<owned_file> lock_for_writing(const directory& within, timestamp now) {
    auto file = within.open_file("lock", open_mode::either);
    if (!file) return std::move(file).error();
    const io_outcome locked = within.try_lock(*file);
    if (!locked.ok()) {
        if (locked.error != EWOULDBLOCK) return io_error("cannot be locked", "lock", locked.error);
        std::byte text[128];
        const io_outcome read = within.read(*file, text, sizeof text, 0);
        std::string_view owner = as_text({text, static_cast<std::size_t>(read.value)});
        owner = owner.substr(0, owner.find('\n'));
        return error(error_kind::locked, "another writer has the store: " +
                                             (owner.empty() ? std::string("not yet known who") : std::string(owner)));
    }
    // The text is for people: without space for it the lock is as good.
    const std::string owner = "pid " + std::to_string(::getpid()) + " since " + utc_text(now) + '\n';
    if (within.truncate(*file, 0).ok()) static_cast<void>(within.write(*file, as_bytes(owner), 0));
    return file;
}

}  // namespace sillok::detail
