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
#include "sillok/store/file/damage_walk.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/kept_streams.hpp"

namespace sillok {

// What was looked at.
struct store_health {
    std::vector<finding> findings;
    std::uint64_t segments = 0;
    std::uint64_t frames = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::uint64_t torn_bytes = 0;  // behind the end of the log, never acknowledged as durable: what a crash leaves
    position last{};               // of the last event that can be read
    position durable{};  // of the last one that is known to be durable: a reader that is not the writer ends there

    // Nothing that was recorded is damaged.
    bool is_sound() const noexcept {
        return std::all_of(findings.begin(), findings.end(), [](const finding& each) { return each.is_derived; });
    }
};

}  // namespace sillok

namespace sillok::detail {

class store_verifier {
public:
    store_verifier(directory within, const store_identity& identity)
        : log_(std::move(within), identity), view_(identity.store, guard_) {}

    result<store_health> run() {
        open_report ignored;
        auto found = survey(log_.files());
        if (!found) return std::move(found).error();
        std::uint64_t durable = 0;
        if (found->has_mark) {
            auto mark = read_mark(log_.files(), log_.identity().store, ignored);
            if (!mark) return std::move(mark).error();
            if (*mark) durable = (*mark)->sequence;
            if (!*mark)
                health_.findings.push_back(
                    {0, 0, 0, 0, true, "mark: is not well-formed; the next writer makes it anew"});
        }
        auto numbers = segment_numbers(log_.files());
        if (!numbers) return std::move(numbers).error();
        damage_walk walk(log_.files(), log_.identity().store, durable, *this);
        walk_ = &walk;
        if (auto walked = walk.run(*numbers); !walked) return std::move(walked).error();
        for (gap& each : gaps_)
            if (!is_damaged_ && kept_.first({each.category, each.key}) < each.before)
                health_.findings.push_back(std::move(each.what));
        health_.last = {walk.next().position - 1};
        pass_durable(walk.durable());
        return std::move(health_);
    }

private:
    friend class damage_walk<store_verifier>;
    struct gap {
        std::string category;
        std::string key;
        version before;
        finding what;
    };

    void note(finding found) {
        is_whole_ = false;
        is_damaged_ = true;
        misses_events_ = misses_events_ || found.first != 0;
        health_.findings.push_back(std::move(found));
    }
    void torn(std::uint64_t bytes) { health_.torn_bytes = bytes; }
    static bool ends_where_torn() noexcept { return true; }
    static result<void> unsupported(std::uint64_t, std::uint64_t, const frame_header&) { return {}; }
    static result<void> pieces(const frame_header&, bytes_view, std::uint64_t) { return {}; }

    void begin(const segment_header& header) {
        ++health_.segments;
        in_ = std::make_unique<extent>();
        open_files& among = walk_->place().empty() ? log_.reading() : log_.other_places().at(walk_->place());
        in_->segment = std::make_shared<log_segment>(among, header);
        in_->covered = covered_of(header);
        in_->postings = std::make_shared<segment_postings>(hash_seed(header.store));
        is_whole_ = true;
    }
    result<void> frame(const frame_header& frame, bytes_view body, std::uint64_t offset) {
        ++health_.frames;
        if (frame.kind == frame_kind::acts) kept_.take_in(body);
        const bool has_records = frame.kind == frame_kind::batch;
        for (bytes_view rest = has_records ? body.subspan(frame.records_at()) : bytes_view(); !rest.empty();) {
            ++health_.events;
            const record_view record(rest.data());
            std::uint64_t& version = versions_[view_.stream(record.stream()).hash];
            // Where events are lost, those of their streams that follow are not held against them.
            if (!misses_events_ && record.version().value != version + 1)
                disagree(record, offset, record.version().value > version);
            version = record.version().value;
            rest = rest.subspan(record.size());
        }
        if (is_whole_) is_whole_ = in_->postings->restore(log_.identity().store, frame, body, offset, guard_);
        cover(in_->covered, frame, offset);
        ends_.emplace_back(frame.sequence, frame.first + frame.count - 1);
        pass_durable(walk_->durable());
        return {};
    }
    // Frames up to a sequence are known to be durable.
    void pass_durable(std::uint64_t sequence) {
        std::size_t known = 0;
        for (; known < ends_.size() && ends_[known].first <= sequence; ++known) health_.durable = {ends_[known].second};
        ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(known));
    }
    // What is missing before an event may have gone with a scrub: whether it was to, is known when all was read.
    void disagree(const record_view& record, std::uint64_t offset, bool is_gap) {
        const std::uint64_t segment = in_->segment->number();
        const std::uint64_t position = record.position().value;
        finding what{segment,
                     offset,
                     position,
                     position,
                     false,
                     place_text(segment, offset) + ", position " + std::to_string(position) +
                         ": an event does not continue its stream"};
        const stream_view stream = record.stream();
        if (is_gap)
            gaps_.push_back({std::string(stream.category), std::string(stream.key), record.version(), std::move(what)});
        else
            health_.findings.push_back(std::move(what));
    }
    result<void> end(std::uint64_t offset, bool is_sealed) {
        health_.bytes += offset - segment_header_bytes;
        in_->is_sealed = is_sealed;
        return compare_index(*in_);
    }
    void add_derived(std::uint64_t segment, const std::string& why) {
        health_.findings.push_back({segment, 0, 0, 0, true, index_name(segment) + ": " + why});
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
        const auto acts = filed.index->acts();
        const bytes_view own = in.postings->acts.view();
        if (!acts || !std::equal(acts->begin(), acts->end(), own.begin(), own.end()))
            add_derived(number, "does not fit its segment's acts");
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
    const damage_walk<store_verifier>* walk_ = nullptr;
    store_health health_;
    std::unique_ptr<extent> in_;  // the segment that is read
    bool is_whole_ = true;        // so far it is
    bool is_damaged_ = false;     // something was found, so far
    kept_streams kept_{0};
    std::vector<gap> gaps_;
    bool misses_events_ = false;  // the log does, so far
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        ends_;  // frames that are not known to be durable: sequence, last position
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
