#pragma once
// A read model that keeps what it is told in a file of its own, at whose end it sees what it has had; for tests of checkpoints.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projection/ledger_events.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/result.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/posix_device.hpp"

namespace ledgers {

// When an entry is in the file: at once, or when the model is synced.
enum class writing { at_once, when_synced };

// Entries of 32 bytes: position, amount (or -1 for a closing), checksum of the key, checksum of these.
class archive {
public:
    static constexpr sillok::name name = "archive";
    using events = sillok::select<ledger_events, paid, closed>;
    static constexpr std::size_t entry_bytes = 32;

    // Goes on behind the last entry that is whole; what lies behind that was being written when its writer ended.
    static sillok::result<archive> open(const std::string& folder, writing when,
                                        sillok::device_ref device = sillok::default_device()) {
        auto files = sillok::detail::open_store_directory(device, folder, true);
        if (!files) return std::move(files).error();
        auto file = files->open_file("archive", sillok::open_mode::either);
        if (!file) return std::move(file).error();
        if (!files->sync().ok()) return sillok::error(sillok::error_kind::io, "the folder cannot be synced");
        const sillok::io_outcome size = files->size_of(*file);
        std::vector<std::byte> all(size.ok() ? static_cast<std::size_t>(size.value) : 0);
        if (!size.ok() || !files->read(*file, all.data(), all.size(), 0).ok())
            return sillok::error(sillok::error_kind::io, "the archive cannot be read");
        archive made(std::make_unique<state>(*std::move(files), *std::move(file), when));
        const std::size_t whole = made.survey(all);
        if (whole != all.size() && !made.state_->files.truncate(made.state_->file, whole).ok())
            return sillok::error(sillok::error_kind::io, "the archive cannot be cut");
        made.state_->end = whole;
        return made;
    }

    bool has_taken(const sillok::metadata& m) const { return m.position() <= state_->last; }
    sillok::result<void> on(const paid& e, const sillok::metadata& m) { return put(e.amount, m); }
    sillok::result<void> on(const closed&, const sillok::metadata& m) { return put(-1, m); }

    sillok::result<void> sync() const {
        if (auto written = write(); !written) return written;
        return state_->files.sync(state_->file).ok()
                   ? sillok::result<void>()
                   : sillok::error(sillok::error_kind::io, "the archive cannot be synced");
    }

    sillok::position last() const { return state_->last; }
    std::uint64_t disorder() const { return state_->disorder; }  // entries that were not behind those before them

private:
    struct state {
        state(sillok::detail::directory in, sillok::detail::owned_file at, writing w)
            : files(std::move(in)), file(std::move(at)), when(w) {}
        sillok::detail::directory files;
        sillok::detail::owned_file file;
        writing when;
        std::vector<std::byte> waiting{};
        std::uint64_t end = 0;
        sillok::position last{};
        std::uint64_t disorder = 0;
    };
    explicit archive(std::unique_ptr<state> opened) : state_(std::move(opened)) {}

    std::size_t survey(const std::vector<std::byte>& all) const {
        std::size_t at = 0;
        for (; at + entry_bytes <= all.size(); at += entry_bytes) {
            const std::byte* const entry = all.data() + at;
            const std::uint64_t position = sillok::load_le<std::uint64_t>(entry);
            if (sillok::load_le<std::uint32_t>(entry + 28) != sillok::crc32c({entry, 28})) break;
            if (position <= state_->last.value) ++state_->disorder;
            state_->last = {position};
        }
        return at;
    }
    sillok::result<void> put(std::int64_t amount, const sillok::metadata& m) {
        std::byte entry[entry_bytes]{};
        sillok::store_le(entry, m.position().value);
        sillok::store_le(entry + 8, static_cast<std::uint64_t>(amount));
        sillok::store_le(entry + 16, sillok::crc32c(sillok::as_bytes(m.key())));
        sillok::store_le(entry + 28, sillok::crc32c({entry, 28}));
        if (m.position() <= state_->last) ++state_->disorder;
        const std::size_t before = state_->waiting.size();
        state_->waiting.insert(state_->waiting.end(), entry, entry + entry_bytes);
        if (state_->when == writing::at_once)
            if (auto written = write(); !written) {
                state_->waiting.resize(before);
                return written;
            }
        state_->last = m.position();
        return {};
    }
    sillok::result<void> write() const {
        state& s = *state_;
        if (s.waiting.empty()) return {};
        if (!s.files.write(s.file, {s.waiting.data(), s.waiting.size()}, s.end).ok())
            return sillok::error(sillok::error_kind::io, "the archive cannot be written");
        s.end += s.waiting.size();
        s.waiting.clear();
        return {};
    }

    std::unique_ptr<state> state_;
};

}  // namespace ledgers
