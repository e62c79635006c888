#pragma once
// Looks at everything that a file store holds, and says what of it is not as it was written.
//
//     const auto health = sillok::verify_store("bank.sillok").value();
//     for (const sillok::finding& each : health.findings) std::cerr << each.what << '\n';

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/file/recovery.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_postings.hpp"

namespace sillok {

// What is not as it was written, and where.
struct finding {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t first = 0;  // of the positions that cannot be read; 0: all can
    std::uint64_t last = 0;   // of them
    bool is_derived = false;  // an index or the like, which the next writer makes anew: nothing is lost
    std::string what;         // for people, with the place
};

// What was looked at.
struct store_health {
    std::vector<finding> findings;
    std::uint64_t segments = 0;
    std::uint64_t frames = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::uint64_t torn_bytes = 0;  // behind the end of the log, never acknowledged as durable: what a crash leaves
    position last{};               // of the last event that can be read

    // Nothing that was recorded is damaged.
    bool is_sound() const noexcept {
        return std::all_of(findings.begin(), findings.end(), [](const finding& each) { return each.is_derived; });
    }
};

}  // namespace sillok

namespace sillok::detail {

class store_verifier {
public:
    explicit store_verifier(directory within, const store_identity& identity)
        : log_(std::move(within), identity), view_(identity.store, guard_) {}

    result<store_health> run() {
        open_report ignored;
        auto found = survey(log_.files());
        if (!found) return std::move(found).error();
        if (found->has_mark) {
            auto mark = read_mark(log_.files(), log_.identity().store, ignored);
            if (!mark) return std::move(mark).error();
            if (*mark) durable_ = (*mark)->sequence;
        }
        for (std::uint64_t number = 1; number <= found->last_segment; ++number)
            if (auto looked = look_at(number, number == found->last_segment); !looked) return std::move(looked).error();
        if (found->last_segment == 0) add(1, 0, "is missing", 1, 1);
        health_.last = {expected_.position - 1};
        return std::move(health_);
    }

private:
    void add(std::uint64_t segment, std::uint64_t offset, const std::string& why, std::uint64_t first = 0,
             std::uint64_t last = 0) {
        std::string what = place_text(segment, offset);
        if (first != 0)
            what += ", position " + std::to_string(first) + (last > first ? " to " + std::to_string(last) : "");
        health_.findings.push_back({segment, offset, first, last, false, what + ": " + why});
    }
    void add_derived(std::uint64_t segment, const std::string& why) {
        health_.findings.push_back({segment, 0, 0, 0, true, index_name(segment) + ": " + why});
    }

    result<void> look_at(std::uint64_t number, bool is_last) {
        const directory& files = log_.files();
        const std::string name = segment_name(number);
        auto opened = files.open_file(name, open_mode::read);
        if (!opened) {
            add(number, 0, opened.error().text(), expected_.position, expected_.position);
            is_joined_ = false;
            return {};
        }
        auto header = read_header(files, *opened, name);
        if (!header) return std::move(header).error();
        if (!*header || (*header)->store != log_.identity().store || (*header)->number != number) {
            add(number, 0, "the segment's header is not well-formed, or of another store", expected_.position,
                expected_.position);
            is_joined_ = false;
            return {};
        }
        const segment_header& read = **header;
        const bool follows = read.sequence == expected_.sequence && read.position == expected_.position &&
                             (number == 1 || read.previous == last_frame_);
        if (!follows && is_joined_) add(number, 0, "the segment does not continue the one before it");
        if (read.position > expected_.position && !follows)
            lose(number, 0, "its events are in no segment", read.position - 1);
        if (read.durable > durable_) durable_ = read.durable;
        ++health_.segments;
        expected_ = first_of(read);
        is_joined_ = true;

        auto in = std::make_shared<extent>();
        in->segment = std::make_shared<log_segment>(log_.reading(), read);
        in->covered = covered_of(read);
        in->postings = std::make_shared<segment_postings>(hash_seed(read.store));
        const io_outcome size = files.size_of(*opened);
        if (!size.ok()) return io_error("cannot be examined", name, size.error);
        file_window window(files, *opened, static_cast<std::uint64_t>(size.value));
        if (auto walked = walk(window, *in, is_last); !walked) return walked;
        return compare_index(*in);
    }

    // Notes that the events up to a position cannot be read.
    void lose(std::uint64_t segment, std::uint64_t offset, const std::string& why, std::uint64_t upto) {
        add(segment, offset, why, expected_.position, upto);
        expected_.position = upto + 1;
    }

    // Reads the frames of a segment, and goes on behind those that are damaged.
    result<void> walk(file_window& window, extent& in, bool is_last) {
        const std::uint32_t seed = in.segment->header.checksum;
        const std::uint64_t number = in.segment->number();
        std::uint64_t offset = segment_header_bytes;
        bool is_sealed = false;
        for (;;) {
            auto found = find_frame(window, offset, seed, expected_);
            if (!found) return std::move(found).error();
            if (found->state == frame_state::valid) {
                is_sealed = found->header.kind == frame_kind::seal;
                take(in, *found, offset);
                offset += found->header.length;
                if (!is_sealed) continue;
            }
            auto behind = look_behind(window, offset, seed, expected_.sequence - 1);
            if (!behind) return std::move(behind).error();
            if (behind->durable > durable_) durable_ = behind->durable;
            const std::uint64_t rest = behind->end - offset;
            if (is_sealed) {
                if (rest != 0) add(number, offset, "bytes behind the seal");
                return {};
            }
            if (found->state == frame_state::unsupported) {
                add(number, offset, "a frame of a kind that this library does not know", expected_.position,
                    expected_.position);
                return {};
            }
            auto next = next_frame(window, offset, seed);
            if (!next) return std::move(next).error();
            if (next->header.sequence == 0) return end(number, offset, *found, rest, is_last);
            if (next->header.first > expected_.position)
                lose(number, offset, reason(*found), next->header.first - 1);
            else
                add(number, offset, reason(*found));
            is_whole_ = false;
            expected_ = {next->header.sequence, next->header.first, next->header.previous, expected_.time};
            offset = next->offset;
        }
    }
    static const char* reason(const found_frame& found) noexcept {
        return found.state == frame_state::end ? "the file ends here" : found.why;
    }
    // No frame follows: the log ends, or what is missing was durable.
    result<void> end(std::uint64_t number, std::uint64_t offset, const found_frame& found, std::uint64_t rest,
                     bool is_last) {
        health_.bytes += offset - segment_header_bytes;
        if (!is_last) {
            add(number, offset, rest == 0 ? "there is no seal, though another segment follows" : reason(found),
                expected_.position, expected_.position);
            is_joined_ = false;
        } else if (durable_ >= expected_.sequence) {
            add(number, offset, rest == 0 ? "the log ends too early" : reason(found), expected_.position,
                expected_.position);
        } else {
            health_.torn_bytes = rest;
        }
        return {};
    }

    struct later_frame {
        frame_header header;  // of sequence 0 where there is none
        std::uint64_t offset = 0;
    };
    // The first header with a right checksum behind a place.
    static result<later_frame> next_frame(file_window& window, std::uint64_t offset, std::uint32_t seed) {
        for (std::uint64_t at = offset + 8; at + frame_header_bytes <= window.file_bytes(); at += 8) {
            auto head = window.at(at, frame_header_bytes);
            if (!head) return std::move(head).error();
            if (head->size() < frame_header_bytes) break;
            if (load_le<std::uint64_t>(head->data()) != 0 && is_frame_header(head->data(), seed))
                return later_frame{frame_header::decode(head->data()), at};
        }
        return later_frame{};
    }

    void take(extent& in, const found_frame& found, std::uint64_t offset) {
        const frame_header& frame = found.header;
        ++health_.frames;
        health_.events += frame.count;
        if (frame.durable > durable_) durable_ = frame.durable;
        for (bytes_view rest = frame.count != 0 ? found.body : bytes_view(); !rest.empty();) {
            const record_view record(rest.data());
            std::uint64_t& version = versions_[view_.stream(record.stream()).hash];
            // Where events are lost, those of their streams that follow are not held against them.
            if (is_whole_ && record.version().value != version + 1)
                add(in.segment->number(), offset, "an event does not continue its stream", record.position().value,
                    record.position().value);
            version = record.version().value;
            rest = rest.subspan(record.size());
        }
        if (is_whole_) is_whole_ = in.postings->restore(log_.identity().store, frame, found.body, offset, guard_);
        cover(in.covered, frame, offset);
        last_frame_ = frame.checksum;
        advance(expected_, frame);
        if (frame.kind == frame_kind::seal) {
            in.is_sealed = true;
            health_.bytes += offset + frame.length - segment_header_bytes;
        }
    }

    // Whether the index of a segment that is whole says of every key what the segment does.
    result<void> compare_index(const extent& in) {
        if (!in.is_sealed || !is_whole_) return {};
        const std::uint64_t number = in.segment->number();
        auto index = segment_index::open(log_.reading(), index_name(number));
        if (!index) return std::move(index).error();
        if (*index == nullptr) return {};
        const index_header& says = (*index)->header();
        if (says.store != in.covered.store || says.segment != number ||
            says.segment_checksum != in.covered.segment_checksum || says.last_frame != in.covered.last_frame) {
            add_derived(number, "belongs to another state of the segment");
            return {};
        }
        extent filed;
        filed.segment = in.segment;
        filed.is_sealed = true;
        filed.index = *std::move(index);
        if (says.clustered != 0)
            filed.clustered = std::make_unique<record_file>(log_.reading(), clustered_name(number), says.clustered);
        for (const keys kind : {keys::streams, keys::tags})
            if (!is_same(filed, kind, kind == keys::streams ? in.postings->streams : in.postings->tags)) {
                add_derived(number, kind == keys::streams ? "does not fit its segment's streams"
                                                          : "does not fit its segment's tags");
                return {};
            }
        return {};
    }
    bool is_same(const extent& filed, keys kind, const posting_index& postings) {
        log_reader reader(std::size_t{4} << 10);
        std::vector<std::uint32_t> places;
        for (std::size_t i = 0; i < postings.size(); ++i) {
            const posting& each = postings[i];
            auto found = view_.find(filed, {kind, each.name(), postings.hash(each.name())}, reader);
            if (!found || found->count != each.count || (kind == keys::streams && found->before != each.before))
                return false;
            places.resize(each.count);
            auto read = view_.places(*found, kind, 0, places);
            if (!read || *read != each.count) return false;
            const bool is_elsewhere = kind == keys::streams && filed.clustered;
            for (std::uint32_t k = 0; k < each.count; ++k) {
                if (!is_elsewhere && places[k] != each.places[k]) return false;
                if (!is_elsewhere) continue;
                auto record = reader.at(*filed.clustered, offset_of(places[k]));
                if (!record || record->stream() != each.name() || record->version().value != each.before + k + 1)
                    return false;
            }
        }
        return true;
    }

    monitor guard_;
    file_log log_;
    log_view view_;
    store_health health_;
    chain expected_;
    std::uint32_t last_frame_ = 0;
    std::uint64_t durable_ = 0;
    bool is_joined_ = true;                                      // the segment before was read to its end
    bool is_whole_ = true;                                       // nothing is missing so far
    std::unordered_map<std::uint64_t, std::uint64_t> versions_;  // of the streams, by hash
};

}  // namespace sillok::detail

namespace sillok {

// Reads a store from end to end: every header, frame, record, seal and index, whether or not something is damaged before it. A
// writer may go on meanwhile; what it adds may be counted as torn.
//
// Errors:     no_such_store, unsupported_format, io; damaged, where the file `store` is
// Threads:    any number at once
// Complexity: O(bytes); about 32 bytes of memory for each stream
inline result<store_health> verify_store(std::string_view path, device_ref device = default_device()) {
    const auto run = [&]() -> result<store_health> {
        auto within = detail::open_store_directory(device, std::string(path), false);
        if (!within) return std::move(within).error();
        auto found = detail::survey(*within);
        if (!found) return std::move(found).error();
        if (!found->has_identity) return error(error_kind::no_such_store, "there is no store in the directory");
        auto identity = detail::read_identity(*within);
        if (!identity) return std::move(identity).error();
        return detail::store_verifier(*std::move(within), *identity).run();
    };
    auto health = run();
    if (!health) return std::move(health).error().within(path);
    return health;
}

}  // namespace sillok
