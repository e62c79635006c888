#pragma once
// The events of one stream by their versions, wherever in the log they are.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/segment.hpp"

namespace sillok::detail {

// Errors:     as those of log_view
// Threads:    one at a time
// Complexity: to a version: O(segments with later events of the stream), once; to the next one: O(1)
class stream_walk {
public:
    stream_walk(const log_view& view, stream_view stream, log_reader& reader)
        : view_(view), name_(view.stream(stream)), reader_(reader) {}

    // The version of the last event.
    result<std::uint64_t> last() {
        if (parts_.empty()) {
            auto newest = view_.find_before(view_.extents.size(), name_, reader_);
            if (!newest) return std::move(newest).error();
            if (newest->count == 0) return std::uint64_t{0};
            parts_.push_back(*newest);
        }
        return parts_.front().total();
    }

    // The event of a version; valid until the next call.
    //
    // Requires: 1 <= version <= last()
    result<record_view> at(std::uint64_t version) {
        while (part_ > 0 && parts_[part_].total() < version) enter(part_ - 1);
        while (parts_[part_].before >= version) {
            if (part_ + 1 == parts_.size()) {
                auto older = view_.before(parts_[part_], name_, reader_);
                if (!older) return std::move(older).error();
                parts_.push_back(*older);
            }
            enter(part_ + 1);
        }
        const found_key& part = parts_[part_];
        const auto wanted = static_cast<std::uint32_t>(version - part.before - 1);
        if (wanted < first_ || wanted >= first_ + count_) {
            if (auto filled = fill(part, wanted); !filled) return std::move(filled).error();
        }
        record_file& file = part.in->stream_records();
        auto record = reader_.at(file, offset_of(places_[wanted - first_]));
        if (!record) return log_view::suspect(*part.in, std::move(record).error());
        if (record->version().value != version || record->stream() != name_.name)
            return log_view::suspect(
                *part.in, error(error_kind::damaged,
                                file.place(offset_of(places_[wanted - first_])) + ": another event is in its place"));
        return record;
    }

private:
    static constexpr std::uint32_t places_max = 256;

    void enter(std::size_t part) noexcept {
        part_ = part;
        count_ = 0;
    }
    // Reads places from the one that is wanted on, or up to it where they are walked backwards.
    result<void> fill(const found_key& part, std::uint32_t wanted) {
        const bool backwards = count_ != 0 && wanted < first_;
        first_ = !backwards ? wanted : wanted < places_max ? 0 : wanted - places_max + 1;
        const std::uint32_t count = backwards ? wanted - first_ + 1 : places_max;
        count_ = 0;
        auto read = view_.places(part, keys::streams, first_, std::span(places_).first(count));
        if (!read) return std::move(read).error();
        count_ = static_cast<std::uint32_t>(*read);
        if (count_ != 0) reader_.expect(offset_of(places_[0]), offset_of(places_[count_ - 1]), count_);
        if (wanted >= first_ + count_)
            return log_view::suspect(
                *part.in,
                error(error_kind::damaged, "the index of " + part.in->segment->file.name() + " ends too early"));
        return {};
    }

    const log_view& view_;
    log_name name_;
    log_reader& reader_;
    std::vector<found_key> parts_;  // from the newest on, as far back as was asked for
    std::size_t part_ = 0;
    std::uint32_t first_ = 0;  // the number, in the part, of the first place that is at hand
    std::uint32_t count_ = 0;
    std::uint32_t places_[places_max];
};

}  // namespace sillok::detail
