#pragma once
// The file of what is kept of a read model, byte by byte, docs/format.md#read-models.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"

namespace sillok::detail {

// A model with its position; or a position alone.
struct kept_model {
    std::uint64_t fingerprint =
        0;                        // of the program that made it, as far as models depend on it; or the model's version
    sillok::position position{};  // it has everything up to there
    uuid event{};                 // the id of the event at that position
    std::string_view name{};
    bytes_view state{};

    static constexpr std::string_view of_model = "SILLOKRM";
    static constexpr std::string_view of_position = "SILLOKCP";
    static constexpr std::uint16_t format = 1;
    static constexpr std::size_t header_bytes = 64;

    // Requires: a magic of 8 bytes
    void encode(std::string_view magic, byte_buffer& to) const {
        const std::size_t at = to.size();
        to.extend(header_bytes);
        to.append(as_bytes(name));
        to.append(state);
        std::byte* const head = to.data() + at;
        std::memcpy(head, magic.data(), magic.size());
        store_le(head + 12, format);
        store_le(head + 14, static_cast<std::uint16_t>(name.size()));
        store_le(head + 16, fingerprint);
        store_le(head + 24, position.value);
        std::memcpy(head + 32, event.octets.data(), 16);
        store_le(head + 48, std::uint64_t{state.size()});
        store_le(head + 56, std::uint64_t{0});
        store_le(head + 8, crc32c(to.view().subspan(at + 12)));
    }
    // Nothing where the bytes are not exactly one.
    static std::optional<kept_model> decode(std::string_view magic, bytes_view from) {
        if (!is_whole(magic, from) || format_of(from) != format) return std::nullopt;
        const std::size_t name_bytes = load_le<std::uint16_t>(from.data() + 14);
        const std::uint64_t state_bytes = load_le<std::uint64_t>(from.data() + 48);
        if (from.size() - header_bytes < name_bytes || from.size() - header_bytes - name_bytes != state_bytes)
            return std::nullopt;
        kept_model kept;
        kept.fingerprint = load_le<std::uint64_t>(from.data() + 16);
        kept.position = {load_le<std::uint64_t>(from.data() + 24)};
        std::memcpy(kept.event.octets.data(), from.data() + 32, 16);
        kept.name = as_text(from.subspan(header_bytes, name_bytes));
        kept.state = from.subspan(header_bytes + name_bytes);
        return kept;
    }
    // Whether the bytes begin as such a file does, of whatever format, and are as they were written.
    static bool is_whole(std::string_view magic, bytes_view from) {
        return from.size() >= header_bytes && as_text(from.first(8)) == magic &&
               load_le<std::uint32_t>(from.data() + 8) == crc32c(from.subspan(12));
    }
    // Requires: a whole one
    static std::uint16_t format_of(bytes_view from) noexcept { return load_le<std::uint16_t>(from.data() + 12); }
};

// Reads a file whole, or so much of it; false where there is none. What is missing of it, the checksum finds.
//
// Errors: io
inline result<bool> read_kept(const directory& files, const std::string& name, std::size_t bytes_max,
                              byte_buffer& into) {
    const io_outcome opened = files.open(name, open_mode::read);
    if (opened.error == ENOENT) return false;
    if (!opened.ok()) return io_error("cannot be opened", name, opened.error);
    const owned_file file(files.device(), static_cast<int>(opened.value));
    const io_outcome size = files.size_of(file);
    if (!size.ok() || size.value < 0) return io_error("cannot be examined", name, size.ok() ? EINVAL : size.error);
    const auto bytes =
        static_cast<std::uint64_t>(size.value) < bytes_max ? static_cast<std::size_t>(size.value) : bytes_max;
    const io_outcome done = files.read(file, into.extend(bytes), bytes, 0);
    if (!done.ok()) return io_error("cannot be read", name, done.error);
    into.shrink_to(static_cast<std::size_t>(done.value));
    return true;
}

}  // namespace sillok::detail
