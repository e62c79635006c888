#pragma once
// How far a read model is, and by what it knows its log again.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// A model with this has everything up to a position. The id of the event there is nil before the first event, and where that event is not
// kept any more.
struct checkpoint {
    position at{};
    uuid event{};
    friend bool operator==(const checkpoint&, const checkpoint&) = default;
};

}  // namespace sillok

namespace sillok::detail {

// The id of the event at a position; none where it is not kept any more.
//
// Errors: those of reading
inline result<std::optional<uuid>> id_at(const store_ref& store, position at) {
    std::optional<uuid> id;
    if (at.value == 0) return id;
    auto read = store.read_all({.from = at, .limit = 1}, [&](const record_view& record) {
        if (record.position() == at) id = record.id();
        return false;
    });
    if (!read) return std::move(read).error();
    return id;
}

// The checkpoint of who has everything up to a position.
//
// Errors: those of reading
inline result<checkpoint> checkpoint_at(const store_ref& store, position at) {
    auto id = id_at(store, at);
    if (!id) return std::move(id).error();
    return checkpoint{at, id->value_or(uuid{})};
}

// Whether the log may be the one that a checkpoint is of: it goes as far, and the event there is no other one. One that is not kept any
// more, or was not when the checkpoint was made, proves nothing.
//
// Errors: condition_failed, where it is not; those of reading
inline result<void> compare_log(const store_ref& store, const checkpoint& with) {
    const position last = store.last(horizon::durable);
    const auto at = [&](std::string_view what) {
        return error(error_kind::condition_failed, "the model is at position " + std::to_string(with.at.value) +
                                                       ", and " + std::string(what) +
                                                       ": it is the model of another log, or of events that were lost");
    };
    if (with.at > last) return at("the log ends at " + std::to_string(last.value));
    if (with.event.is_nil()) return {};
    auto id = id_at(store, with.at);
    if (!id) return std::move(id).error();
    if (*id && **id != with.event) return at("the event there is another one");
    return {};
}

}  // namespace sillok::detail
