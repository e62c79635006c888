#pragma once
// How what is appended to an open file store, or recorded as an act, becomes part of its log.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/append_witness.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/past.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/state.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/monitor.hpp"

namespace sillok::detail {

// Writes the acts that stand in the frame, behind room for its header.
//
// Requires: `appending` is held, and there is room in the segment
// Errors:   no_space, outcome_unknown; std::bad_alloc
inline result<void> write_acts(file_state& s, timestamp now) {
    const bytes_view acts = s.frame.view().subspan(frame_header_bytes);
    {
        const monitor_lock hold(s.indexing);
        for_each_act(acts, [&](const retention_act& act) {
            s.kept.reserve(act.stream);
            return true;
        });
        s.active->acts.reserve(acts.size());
    }
    frame_header header;
    header.kind = frame_kind::acts;
    header.time = now;
    header.body_checksum = crc32c(acts);
    if (auto written = s.log.write_frame(s.frame.data(), s.frame.size(), header); !written) return written;
    const monitor_lock hold(s.indexing);
    s.log.segment()->end.store(s.log.end().offset, std::memory_order_release);
    s.active->acts.append(acts);
    s.kept.take_in(acts);
    return {};
}

// Writes the frame of a batch, which stands in the frame behind that of its notes, where it has such: both by one write, so that a
// crash between them is rare, and what it leaves is a note without an event.
//
// Requires: `appending` is held, and there is room in the segment
// Errors:   no_space, outcome_unknown
inline result<void> write_batch(file_state& s, bytes_view notes, std::size_t bytes, const frame_header& header) {
    if (notes.empty()) return s.log.write_frame(s.frame.data(), bytes, header);
    store_bytes(s.frame.data() + frame_header_bytes, notes);
    frame_header noted;
    noted.kind = frame_kind::acts;
    noted.time = header.time;
    noted.body_checksum = crc32c(notes);
    file_log::framed both[] = {{frame_header_bytes + notes.size(), noted}, {bytes, header}};
    return s.log.write_frames(s.frame.data(), both);
}

// What is staged is committed, or given up on every other way out.
class staged_append {
public:
    // `notes` are of layouts, and planned.
    staged_append(file_state& s, const append_request& request, const admission& admitted, bytes_view notes)
        : s_(s), admitted_(admitted), notes_(notes) {
        const monitor_lock index(s_.indexing);
        s_.active->reserve_frame();
        if (!notes.empty()) s_.active->acts.reserve(notes.size());
        s_.ledger.stage(request);
    }
    staged_append(const staged_append&) = delete;
    staged_append& operator=(const staged_append&) = delete;
    ~staged_append() {
        if (committed_) return;
        const monitor_lock index(s_.indexing);
        s_.ledger.abandon();
    }
    void commit(const frame_header& frame, std::uint64_t offset) noexcept {
        const monitor_lock index(s_.indexing);
        s_.log.segment()->end.store(s_.log.end().offset, std::memory_order_release);
        if (!notes_.empty()) {
            s_.active->acts.append(notes_);
            s_.schemas.commit(notes_);
        }
        s_.active->add_frame(s_.log.identity().store, frame, offset);
        s_.ledger.commit(admitted_);
        s_.visible.store(admitted_.receipt.last.value, std::memory_order_release);
        s_.indexing.announce();
        committed_ = true;
    }

private:
    file_state& s_;
    const admission& admitted_;
    bytes_view notes_;
    bool committed_ = false;
};

// The act of an append up to the write: afterwards its events are visible, and not yet durable.
//
// Errors: those of file_store::append
inline result<receipt> write(file_state& s, const append_request& request) {
    constexpr std::size_t frame_bytes_kept = std::size_t{4} << 20;
    const monitor_lock hold(s.appending);
    if (auto able = s.may_write(); !able) return std::move(able).error();
    auto admitted = s.ledger.admit(request, file_past(s));
    if (!admitted) return std::move(admitted).error();
    if (admitted->receipt.repeated) return admitted->receipt;

    byte_buffer notes;  // of layouts that are new, in a frame of their own before that of the events
    if (!s.schemas.has_met(request)) [[unlikely]] {
        const monitor_lock index(s.indexing);
        if (auto fit = s.schemas.plan(request, s.ledger.last(), admitted->receipt.time, notes); !fit)
            return std::move(fit).error();
    }
    const std::size_t before = notes.empty() ? 0 : frame_header_bytes + notes.size();
    const std::size_t bytes = before + frame_header_bytes + admitted->bytes;
    s.frame.clear();
    std::byte* const frame = s.frame.extend(bytes) + before;
    if (!s.log.has_room(bytes))
        if (auto begun = s.begin_segment(admitted->receipt.time); !begun) {
            s.announce();
            return std::move(begun).error().within(s.path);
        }

    staged_append staged(s, request, *admitted, notes.view());
    frame_header header;
    const std::uint64_t offset = s.log.end().offset + before;
    s.ledger.write(request, *admitted, frame + frame_header_bytes, [&](const std::byte* record) {
        ++header.count;
        header.body_checksum = crc32c({record + record_layout::checksum, 4}, header.body_checksum);
        return place_of(offset + static_cast<std::uint64_t>(record - frame));
    });
    witnessed witness(request.witness);
    if (auto agreed = witness.show(frame + frame_header_bytes, admitted->receipt.last); !agreed)
        return std::move(agreed).error();
    header.time = admitted->receipt.time;
    header.batch = request.batch;
    header.content = admitted->content;

    if (auto written = write_batch(s, notes.view(), bytes - before, header); !written) {
        s.announce();
        return std::move(written).error().within(s.path);
    }
    header.first = admitted->receipt.first.value;
    staged.commit(header, offset);
    witness.recorded();
    if (bytes > frame_bytes_kept) s.frame = byte_buffer{};
    return admitted->receipt;
}

}  // namespace sillok::detail
