#pragma once
// What is known about a recorded event besides its own fields. Handlers may ask for it:
// `void on(const money_deposited&, const sillok::metadata&)`.

#include <cstdint>
#include <string_view>

#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok {

// A view of the envelope, valid for the call that it was passed to. Nobody sets these values: the store gives id,
// version, position and time, and the context in which a command ran gives correlation, causation, source and headers.
//
// Complexity: O(1) each; what is not asked for is not read.
class metadata {
public:
    constexpr metadata() = default;
    explicit metadata(const record_view& record, std::uint32_t part = 0) noexcept : record_(record), part_(part) {}

    uuid id() const noexcept { return record_.id(); }
    // The persisted name, such as "money.deposited".
    std::string_view type() const noexcept { return record_.type(); }
    // The shape in which it was recorded; the handler gets the current one.
    std::uint16_t revision() const noexcept { return record_.revision(); }
    // Which of the events it is that an old one became, from 0; `id` and `part` together name it.
    std::uint32_t part() const noexcept { return part_; }
    stream_view stream() const noexcept { return record_.stream(); }
    std::string_view category() const noexcept { return record_.stream().category; }
    std::string_view key() const noexcept { return record_.stream().key; }
    sillok::version version() const noexcept { return record_.version(); }
    sillok::position position() const noexcept { return record_.position(); }
    timestamp time() const noexcept { return record_.time(); }
    std::string_view source() const noexcept { return record_.source(); }
    // The same along a chain of causes.
    uuid correlation() const noexcept { return record_.correlation(); }
    // The event or command that caused this event.
    uuid causation() const noexcept { return record_.causation(); }
    tag_list tags() const noexcept { return record_.tags(); }
    header_list headers() const noexcept { return record_.headers(); }

private:
    record_view record_;
    std::uint32_t part_ = 0;
};

}  // namespace sillok
