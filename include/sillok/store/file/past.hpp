#pragma once
// What the ledger asks of a file store.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/file/state.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok::detail {

// Answers from the segments that are not written any more, and on batches from all of them.
//
// Threads: as an append
class file_past {
public:
    explicit file_past(const file_state& s) noexcept : s_(s) {}

    result<std::uint64_t> stream(stream_view name, std::uint64_t hash) {
        return s_.looking(view_, [&](const log_view& view) {
            const std::size_t before = view.extents.size() - (s_.active != nullptr ? 1 : 0);
            return view.earlier(before, {keys::streams, name, hash}, reader_);
        });
    }
    result<position> carrier(std::string_view tag) {
        return s_.looking(view_, [&](const log_view& view) -> result<position> {
            const log_name name = view.tag(tag);
            for (const std::shared_ptr<const extent>& each : view.extents) {
                auto found = view.find(*each, name, reader_);
                if (!found) return std::move(found).error();
                std::uint32_t places[64];
                for (std::uint32_t i = 0; i < found->count; ++i) {  // mostly the first one is it
                    if (i % std::size(places) == 0)
                        if (auto read = view.places(*found, keys::tags, i, places); !read)
                            return std::move(read).error();
                    auto record = reader_.at(*each->segment, offset_of(places[i % std::size(places)]));
                    if (!record) return log_view::suspect(*each, std::move(record).error());
                    if (!s_.is_hidden(*record)) return record->position();
                }
            }
            return position{};
        });
    }
    result<std::optional<recorded_batch>> batch(const uuid& id) {
        return s_.looking(view_, [&](const log_view& view) { return view.find_batch(id, s_.batch_window, reader_); });
    }

private:
    static constexpr std::size_t chunk = std::size_t{4} << 10;

    const file_state& s_;
    std::shared_ptr<const log_view> view_;  // one for all questions: what they are about does not change meanwhile
    log_reader reader_{chunk};
};

}  // namespace sillok::detail
