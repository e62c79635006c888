#pragma once
// An event as a store would have recorded it, for handlers that ask for metadata.

#include <string_view>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/event/stream_id.hpp"

namespace sillok::testing {

// Where and when it is said to have been recorded.
struct recorded_as {
    stream_view stream{"test", "1"};
    sillok::version version{1};
    sillok::position position{1};
    timestamp time{};
};

// A record of `event` under its name in `Catalogue`.
template <catalogue Catalogue>
class recorded {
public:
    template <current_event_of<Catalogue> Event>
    explicit recorded(const Event& event, const recorded_as& as = {}) {
        byte_buffer payload;
        const event_type type = encode_event<Catalogue>(event, payload);
        uuid id;
        id.octets[0] = 1;
        store_le(reinterpret_cast<std::byte*>(id.octets.data()) + 8, as.position.value);
        const record_fields fields{.position = as.position,
                                   .version = as.version,
                                   .time = as.time,
                                   .id = id,
                                   .correlation = id,
                                   .causation = id,
                                   .type = type,
                                   .stream = as.stream,
                                   .payload = payload.view()};
        write_record(bytes_.extend(record_bytes(fields)), fields);
    }

    record_view record() const noexcept { return record_view(bytes_.data()); }
    sillok::metadata metadata() const noexcept { return sillok::metadata(record()); }

private:
    byte_buffer bytes_;
};

}  // namespace sillok::testing
