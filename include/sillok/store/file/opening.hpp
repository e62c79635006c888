#pragma once
// The files beside the segments, as a store finds them when it is opened: is it a store, which one, and how was it left?

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/log.hpp"

namespace sillok {

// What opening a store found and did.
struct open_report {
    bool created = false;
    bool was_closed = false;  // the writer before closed it; otherwise it crashed, or never wrote
    std::uint64_t segments = 0;
    std::uint64_t torn_segment = 0;  // 0: nothing was torn
    std::uint64_t torn_offset = 0;
    std::uint64_t bytes_dropped = 0;  // of the torn tail: never acknowledged as durable
    std::uint64_t bytes_proven = 0;   // whole batches whose sync was not proven, written and synced again
    std::uint64_t archived = 0;       // segments that are in other directories
    bool mark_ignored = false;        // the file `mark` was there and not well-formed
    std::string damage;               // only where it was opened read_only: what is damaged, and where
};

}  // namespace sillok

namespace sillok::detail {

// What is in a directory, by name only.
struct directory_survey {
    bool has_identity = false;
    bool has_mark = false;
    bool has_damage = false;
    bool is_archive = false;  // of segments that were moved there
    std::uint64_t last_segment = 0;
    std::string foreign;  // a name that is none of a store's
};

inline result<directory_survey> survey(const directory& within) {
    directory_survey found;
    const io_outcome listed = within.list([&](std::string_view name) {
        if (name == "store")
            found.has_identity = true;
        else if (name == "mark")
            found.has_mark = true;
        else if (name == "damage")
            found.has_damage = true;
        else if (name == "archive")
            found.is_archive = true;
        else if (const std::uint64_t number = segment_number(name); number != 0)
            found.last_segment = number > found.last_segment ? number : found.last_segment;
        else if (name != "lock" && name != "archived" && !name.ends_with(".index") && !name.ends_with(".clustered") &&
                 !name.ends_with(".new"))
            found.foreign = name;
    });
    if (!listed.ok()) return io_error("cannot be listed", "the directory", listed.error);
    return found;
}

// The numbers of the segments that are there, ascending.
//
// Errors: io
inline result<std::vector<std::uint64_t>> segment_numbers(const directory& within) {
    std::vector<std::uint64_t> numbers;
    const io_outcome listed = within.list([&](std::string_view name) {
        if (const std::uint64_t number = segment_number(name); number != 0) numbers.push_back(number);
    });
    if (!listed.ok()) return io_error("cannot be listed", "the directory", listed.error);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

// Removes files that were on their way to their names when their writer ended; they mean nothing, but may hold events.
inline void remove_unfinished(const directory& within) {
    std::vector<std::string> names;
    static_cast<void>(within.list([&](std::string_view name) {
        if (name.ends_with(".new")) names.emplace_back(name);
    }));
    for (const std::string& name : names) static_cast<void>(within.remove(name));
}

// Reads a file of a known small size; nothing where it has another size.
inline result<bool> read_block(const directory& within, const std::string& name, std::byte* to, std::size_t bytes) {
    auto file = within.open_file(name, open_mode::read);
    if (!file) return std::move(file).error();
    std::byte more[1];
    const io_outcome read = within.read(*file, to, bytes, 0);
    if (!read.ok()) return io_error("cannot be read", name, read.error);
    const io_outcome behind = within.read(*file, more, 1, bytes);
    if (!behind.ok()) return io_error("cannot be read", name, behind.error);
    return static_cast<std::size_t>(read.value) == bytes && behind.value == 0;
}

inline error newer_format(std::string_view name, bytes_view block) {
    return error(error_kind::unsupported_format,
                 std::string(name) + " has format " + std::to_string(format_version_of(block)) +
                     "; this library reads up to " + std::to_string(file_format_version));
}

// Errors: unsupported_format, damaged, io
inline result<store_identity> read_identity(const directory& within) {
    std::byte block[identity_bytes];
    auto whole = read_block(within, "store", block, sizeof block);
    if (!whole) return std::move(whole).error();
    if (!*whole || as_text({block, 8}) != identity_magic)
        return error(error_kind::unsupported_format, "the file \"store\" is not that of a store");
    switch (state_of(block, identity_magic)) {
        case block_state::newer: return newer_format("the store", block);
        case block_state::invalid: return error(error_kind::damaged, "the file \"store\" has another checksum");
        case block_state::valid: break;
    }
    const store_identity identity = store_identity::decode(block);
    if (identity.segment_bytes < segment_bytes_min || identity.segment_bytes > segment_bytes_max)
        return error(error_kind::damaged,
                     "the file \"store\" says segments of " + std::to_string(identity.segment_bytes) + " bytes");
    return identity;
}

// The mark, if there is one that is well-formed.
//
// Errors: unsupported_format, io
inline result<std::optional<durable_mark>> read_mark(const directory& within, const uuid& store, open_report& report) {
    std::byte block[mark_bytes];
    block_state state = block_state::invalid;
    for (int attempt = 0; attempt < 3 && state == block_state::invalid; ++attempt) {  // a writer may be at it
        auto whole = read_block(within, "mark", block, sizeof block);
        if (!whole) return std::move(whole).error();
        const bool is_intact = *whole && load_le<std::uint32_t>(block + 12) == block_checksum(block);
        if (is_intact) state = state_of(block, mark_magic);
    }
    if (state == block_state::newer) return newer_format("mark", block);
    if (state == block_state::invalid) {
        report.mark_ignored = true;
        return std::optional<durable_mark>();
    }
    const durable_mark mark = durable_mark::decode(block);
    if (mark.store != store)
        return error(error_kind::unsupported_format,
                     "mark belongs to store " + to_string(mark.store) + ", not to " + to_string(store));
    return std::optional<durable_mark>(mark);
}

// Opens the directory, and makes it first if `create`.
//
// Errors: io; unsupported_format where the path is not a directory
inline result<directory> open_store_directory(device_ref device, const std::string& path, bool create) {
    const auto again = [](auto call) {
        io_outcome answer = call();
        while (answer.error == EINTR) answer = call();
        return answer;
    };
    bool was_there = false;
    if (create) {
        const io_outcome made = again([&] { return device.make_directory(path.c_str()); });
        if (!made.ok() && made.error != EEXIST) return io_error("cannot be made", "the directory", made.error);
        was_there = !made.ok();
        if (made.ok()) {
            std::string above = path;
            while (above.size() > 1 && above.back() == '/') above.pop_back();
            const std::size_t slash = above.rfind('/');
            above = slash == std::string::npos ? "." : slash == 0 ? "/" : above.substr(0, slash);
            const io_outcome parent = again([&] { return device.open_directory(above.c_str()); });
            if (!parent.ok()) return io_error("cannot be opened", above, parent.error);
            const owned_file held(device, static_cast<int>(parent.value));
            const io_outcome synced = device.sync(held.number());
            if (!synced.ok()) return io_error("cannot be synced", above, synced.error);
        }
    }
    const io_outcome opened = again([&] { return device.open_directory(path.c_str()); });
    if (opened.error == ENOENT && was_there) return error(error_kind::io, "is a link to nothing");
    if (opened.error == ENOENT) return error(error_kind::no_such_store, "there is no store");
    if (opened.error == ENOTDIR) return error(error_kind::unsupported_format, "is not a directory, and so not a store");
    if (!opened.ok()) return io_error("cannot be opened", "the directory", opened.error);
    return directory(device, owned_file(device, static_cast<int>(opened.value)));
}

// Whether a store may be made in a directory that has none: nothing is in it that is not ours, and no event.
//
// Errors: unsupported_format, io
inline result<void> check_is_vacant(const directory& within, const directory_survey& found) {
    if (!found.foreign.empty())
        return error(error_kind::unsupported_format,
                     "is not a store: it has no file \"store\", but \"" + found.foreign + '"');
    if (found.last_segment == 0) return {};
    auto first = within.open_file(segment_name(1), open_mode::read);
    const io_outcome bytes = first ? within.size_of(*first) : io_outcome{0, EIO};
    if (found.last_segment > 1 || !bytes.ok() || bytes.value > static_cast<std::int64_t>(segment_header_bytes))
        return error(error_kind::unsupported_format,
                     "has segments, but the file \"store\", which says whose they are, is missing");
    return {};
}

// Makes the first segment and then the file that says that this is a store.
//
// Errors: no_space, io
inline result<void> create_store(file_log& log, const store_identity& identity) {
    static_cast<void>(log.files().remove(segment_name(1)));
    if (auto begun = log.begin_segment(1, identity.created); !begun)
        return error(begun.error() == error_kind::outcome_unknown ? error_kind::io : begun.error().kind(),
                     begun.error().text());
    std::byte block[identity_bytes];
    identity.encode(block);
    return log.files().replace("store", block);
}

}  // namespace sillok::detail
