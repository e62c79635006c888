#pragma once
// What commands decided, encoded and not yet recorded: one atomic append in the making.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sillok/command/tags.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok {

// Streams with their events, in the order in which they were added.
class prepared_batch {
public:
    void clear() noexcept {
        bytes_.clear();
        events_.clear();
        streams_.clear();
        tags_.clear();
    }

    bool empty() const noexcept { return events_.empty(); }
    // Whether the memory that it holds is worth keeping.
    bool is_small() const noexcept { return bytes_.size() + 64 * events_.size() <= std::size_t{64} << 10; }

    // Events that follow belong to `stream`, which is at `at`. Refers to the stream's text.
    void begin(stream_view stream, version at) { streams_.push_back({stream, at, events_.size()}); }

    // An event, its payload written by `encode(byte_buffer&)`, its tags by `tag(tags&)`.
    void add(const event_type& type, auto&& encode, auto&& tag) {
        const std::size_t at = bytes_.size();
        const std::size_t first_tag = tags_.entries_.size();
        encode(bytes_);
        tag(tags_);
        events_.push_back({type, at, bytes_.size() - at, first_tag, tags_.entries_.size() - first_tag});
    }

    // Calls `send(streams, conditions)` with what was added, laid out as a store wants it.
    auto request(auto&& send) {
        tag_views_.clear();
        conditions_.clear();
        for (const auto& each : tags_.entries_) {
            tag_views_.push_back(tags_.text(each));
            if (each.unique) conditions_.push_back({tags_.text(each)});
        }
        new_events_.clear();
        for (const auto& each : events_)
            new_events_.push_back({.type = each.type,
                                   .payload = bytes_.view().subspan(each.payload, each.payload_bytes),
                                   .tags = std::span(tag_views_).subspan(each.first_tag, each.tag_count)});
        appends_.clear();
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            const std::size_t end = i + 1 < streams_.size() ? streams_[i + 1].first_event : events_.size();
            // Where nothing was decided the version is checked all the same: the others were decided beside it.
            appends_.push_back(
                {.stream = streams_[i].stream,
                 .expected = exactly{streams_[i].at},
                 .events = std::span(new_events_).subspan(streams_[i].first_event, end - streams_[i].first_event)});
        }
        return send(std::span<const stream_append>(appends_), std::span<const none_tagged>(conditions_));
    }

    // A tag that is to be unique but stands here twice.
    std::optional<std::string> unique_twice() const {
        if (tags_.entries_.size() < 2) return std::nullopt;
        std::unordered_map<std::string_view, std::size_t> carriers;
        for (const auto& each : tags_.entries_)
            if (each.unique) carriers.emplace(tags_.text(each), 0);
        for (const auto& each : tags_.entries_)
            if (const auto found = carriers.find(tags_.text(each)); found != carriers.end() && ++found->second == 2)
                return std::string(found->first);
        return std::nullopt;
    }

    // The version of the stream that was begun first, before its events.
    version seen() const noexcept { return streams_.empty() ? version{} : streams_.front().at; }

private:
    struct event_part {
        event_type type;
        std::size_t payload;
        std::size_t payload_bytes;
        std::size_t first_tag;
        std::size_t tag_count;
    };
    struct stream_part {
        stream_view stream;
        version at;
        std::size_t first_event;
    };

    byte_buffer bytes_;
    std::vector<event_part> events_;
    std::vector<stream_part> streams_;
    tags tags_;
    // What `request` lays out, kept for the next one.
    std::vector<std::string_view> tag_views_;
    std::vector<none_tagged> conditions_;
    std::vector<new_event> new_events_;
    std::vector<stream_append> appends_;
};

}  // namespace sillok
