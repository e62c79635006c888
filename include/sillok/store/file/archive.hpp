#pragma once
// Segments that were moved to other directories: the file `archived` says where they are. docs/format.md#archived

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// Segments up to a number, from behind those of the line before on, are in a directory.
struct archived_range {
    std::uint64_t last = 0;
    std::string path;
};

// One line for each: the number of the last segment, a space, and the path up to the end of the line.
inline std::string archived_text(const std::vector<archived_range>& ranges) {
    std::string text;
    for (const archived_range& each : ranges) text += std::to_string(each.last) + ' ' + each.path + '\n';
    return text;
}
// Errors: malformed; names the line
inline result<std::vector<archived_range>> parse_archived(std::string_view text) {
    std::vector<archived_range> ranges;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::string_view one = text.substr(0, text.find('\n'));
        text.remove_prefix(one.size() < text.size() ? one.size() + 1 : text.size());
        std::uint64_t last = 0;
        std::size_t at = 0;
        for (; at < one.size() && at < 10 && one[at] >= '0' && one[at] <= '9'; ++at)
            last = last * 10 + static_cast<std::uint64_t>(one[at] - '0');
        const bool ascends = last > (ranges.empty() ? 0 : ranges.back().last);
        if (!ascends || at + 2 > one.size() || one[at] != ' ' || one[at + 1] != '/')
            return error(
                error_kind::malformed,
                "archived: line " + std::to_string(line) +
                    " is not the number of a segment, more than that in the line before, and a path that begins with /");
        ranges.push_back({last, std::string(one.substr(at + 1))});
    }
    return ranges;
}

// The directories that a store's segments were moved to, with what is open of them. A directory that cannot be opened is no error
// until something is read from it.
//
// Threads: any number at once; what is handed out stays
class archives {
public:
    archives(device_ref device, std::size_t cached_bytes) noexcept : device_(device), cached_bytes_(cached_bytes) {}

    // What the file `archived` says; nothing where there is none.
    //
    // Errors: malformed, io
    static result<std::vector<archived_range>> read(const directory& within) {
        auto opened = within.open("archived", open_mode::read);
        if (opened.error == ENOENT) return std::vector<archived_range>();
        if (!opened.ok()) return io_error("cannot be opened", "archived", opened.error);
        const owned_file file(within.device(), static_cast<int>(opened.value));
        const io_outcome size = within.size_of(file);
        if (!size.ok() || size.value < 0 || size.value > bytes_max)
            return error(error_kind::malformed, "archived: is no file of at most 1 MiB");
        std::string text(static_cast<std::size_t>(size.value), '\0');
        const io_outcome got = within.read(file, reinterpret_cast<std::byte*>(text.data()), text.size(), 0);
        if (!got.ok()) return io_error("cannot be read", "archived", got.error);
        return parse_archived(text);
    }

    // The directory with that path.
    open_files& at(const std::string& path) {
        const monitor_lock hold(guard_);
        for (const std::unique_ptr<open_files>& each : places_)
            if (each->path() == path) return *each;
        return *places_.emplace_back(std::make_unique<open_files>(device_, path, files_open_max, cached_bytes_));
    }

private:
    static constexpr std::int64_t bytes_max = std::int64_t{1} << 20;

    static constexpr std::size_t files_open_max = 32;

    device_ref device_;
    std::size_t cached_bytes_;
    monitor guard_;
    std::vector<std::unique_ptr<open_files>> places_;
};

// The directory of a segment; empty where it was not moved.
inline std::string archive_of(const std::vector<archived_range>& ranges, std::uint64_t segment) {
    for (const archived_range& each : ranges)
        if (segment <= each.last) return each.path;
    return {};
}

}  // namespace sillok::detail
