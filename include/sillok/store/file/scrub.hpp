#pragma once
// Gives back the room of events that are not kept: full segments are written anew without their records, while readers and the
// writer go on. Positions stay as they are.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/clustered.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log_reader.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/state.hpp"

namespace sillok {

struct scrub_options {
    double least_share = 0;  // of the events of a segment: it is written anew where more than that are not kept
};

// What a scrub did.
struct scrub_report {
    std::uint64_t segments = 0;  // that were written anew
    std::uint64_t events = 0;    // whose records are gone
    std::uint64_t bytes = 0;     // that the segments are shorter
    std::uint64_t archived = 0;  // segments in other directories that have such events: they stay as they are
};

}  // namespace sillok

namespace sillok::detail {

// Writes a segment anew into a file beside it, without the records that a test picks out.
//
// Errors:     damaged, of the segment; no_space, io. The file may be there then.
// Complexity: O(bytes)
class segment_scrubber {
public:
    segment_scrubber(const directory& within, log_segment& of) : within_(within), of_(of) {}

    std::uint64_t removed() const noexcept { return removed_; }
    const std::string& name() const noexcept { return name_; }
    const segment_header& header() const noexcept { return header_; }

    template <class IsHidden>
    result<void> write(IsHidden is_hidden) {
        if (const io_outcome gone = within_.remove(name_); !gone.ok() && gone.error != ENOENT)
            return io_error("cannot be removed", name_, gone.error);
        auto made = within_.open_file(name_, open_mode::create);
        if (!made) return std::move(made).error();
        into_ = *std::move(made);
        auto source = of_.file.open();
        if (!source) return std::move(source).error();
        const io_outcome size = within_.size_of(**source);
        if (!size.ok()) return io_error("cannot be examined", of_.file.name(), size.error);
        file_window window(within_, **source, static_cast<std::uint64_t>(size.value));

        header_ = of_.header;
        ++header_.generation;
        header_.salt = load_le<std::uint64_t>(
            reinterpret_cast<const std::byte*>(uuid_generator()(header_.created).octets.data()) + 8);
        header_.encode(out_.extend(segment_header_bytes));
        previous_ = header_.checksum;
        chain expected = first_of(of_.header);
        for (std::uint64_t offset = segment_header_bytes;;) {
            auto found = find_frame(window, offset, of_.header.checksum, expected);
            if (!found) return std::move(found).error();
            if (found->state != frame_state::valid)
                return damaged_at(of_.number(), offset, found->unreadable, found->why);
            if (auto put = copy(*found, is_hidden); !put) return put;
            if (found->header.kind == frame_kind::seal) break;
            advance(expected, found->header);
            offset += found->header.length;
        }
        if (auto flushed = flush(); !flushed) return flushed;
        if (const io_outcome synced = within_.sync(into_); !synced.ok())
            return io_error("cannot be synced", name_, synced.error);
        return {};
    }

private:
    static constexpr std::size_t piece = std::size_t{1} << 20;

    template <class IsHidden>
    result<void> copy(const found_frame& found, IsHidden is_hidden) {
        frame_header frame = found.header;
        const std::size_t start = out_.size();
        out_.extend(frame_header_bytes);
        if (frame.kind == frame_kind::batch) {
            if (!copy_records(found, frame, is_hidden)) out_.append(found.body);
        } else if (frame.kind == frame_kind::seal) {
            seal_body seal = seal_body::decode(found.body.data());
            if (seal.before_scrub == 0) seal.before_scrub = frame.checksum;
            seal.offset = written_ + start;
            std::byte* const body = out_.extend(seal_body_bytes);
            seal.encode(body);
            frame.body_checksum = crc32c({body, seal_body_bytes});
        } else {
            out_.append(found.body);
        }
        frame.length = static_cast<std::uint32_t>(out_.size() - start);
        frame.previous = previous_;
        frame.encode(out_.data() + start, header_.checksum);
        previous_ = frame.checksum;
        return out_.size() < piece ? result<void>() : flush();
    }
    // Copies the records of a batch that are kept; nothing where all are.
    template <class IsHidden>
    bool copy_records(const found_frame& found, frame_header& frame, IsHidden is_hidden) {
        const std::size_t start = out_.size();
        std::byte* const head = out_.extend(scrubbed_head_bytes);
        store_le(head, receipt_version(found));
        store_le(head + 8, crc32c({head, 8}));
        store_le(head + 12, std::uint32_t{0});
        std::uint32_t sum = crc32c({head + 8, 4});
        std::uint64_t hidden = 0;
        for (std::size_t at = frame.records_at(); at < found.body.size();) {
            const record_view record(found.body.data() + at);
            at += record.size();
            if (is_hidden(record)) {
                ++hidden;
                continue;
            }
            out_.append(record.bytes());
            sum = crc32c(record.bytes().subspan(record_layout::checksum, 4), sum);
        }
        if (hidden == 0) {
            out_.shrink_to(start);
            return false;
        }
        removed_ += hidden;
        frame.flags |= frame_scrubbed;
        frame.body_checksum = sum;
        return true;
    }
    static std::uint64_t receipt_version(const found_frame& found) noexcept {
        if (found.header.is_scrubbed()) return load_le<std::uint64_t>(found.body.data());
        const stream_view stream = record_view(found.body.data()).stream();
        std::uint64_t version = 0;
        for (std::size_t at = 0; at < found.body.size();) {
            const record_view record(found.body.data() + at);
            if (record.stream() != stream) break;
            version = record.version().value;
            at += record.size();
        }
        return version;
    }
    result<void> flush() {
        if (const io_outcome put = within_.write(into_, out_.view(), written_); !put.ok())
            return io_error("cannot be written", name_, put.error);
        written_ += out_.size();
        out_.clear();
        return {};
    }

    const directory& within_;
    log_segment& of_;
    std::string name_ = of_.file.name() + ".new";
    owned_file into_;
    segment_header header_;
    byte_buffer out_;
    std::uint64_t written_ = 0;  // bytes that are in the file
    std::uint32_t previous_ = 0;
    std::uint64_t removed_ = 0;
};

// Threads: one at a time; readers and a writer go on
class store_scrubber {
public:
    explicit store_scrubber(file_state& s) noexcept : s_(s) {}

    result<scrub_report> run(const scrub_options& options) {
        if (auto left = leave_segment(); !left) return std::move(left).error();
        s_.view.file_indexes();
        const std::size_t count = s_.view.now()->extents.size();
        for (std::size_t i = 0; i + 1 < count; ++i) {
            const auto view = s_.view.now();  // keeps it
            const extent& in = *view->extents[i];
            auto hidden = hidden_in(i);
            if (in.is_archived) {  // in a directory that may not be there now
                report_.archived += !hidden || *hidden != 0;
                continue;
            }
            if (!hidden) return std::move(hidden).error();
            if (auto able = s_.may_write(); !able) return std::move(able).error();
            if (*hidden == 0 ||
                static_cast<double>(*hidden) <= options.least_share * static_cast<double>(in.covered.events))
                continue;
            if (auto done = scrub(i); !done) return std::move(done).error();
        }
        return report_;
    }

private:
    // Where the segment that is written has events that are not kept, it is ended.
    result<void> leave_segment() {
        const monitor_lock hold(s_.appending);
        if (auto able = s_.may_write(); !able) return able;
        const std::size_t last = s_.view.now()->extents.size() - 1;
        auto hidden = hidden_in(last);
        if (!hidden) return std::move(hidden).error();
        if (*hidden == 0) return {};
        auto begun = s_.begin_segment(s_.ledger.now());
        return begun ? result<void>() : result<void>(std::move(begun).error().within(s_.path));
    }

    // How many events of a segment are there and not kept.
    //
    // Complexity: O(streams that were cut), by the segment's filter
    result<std::uint64_t> hidden_in(std::size_t extent_number) {
        return s_.looking([&](const log_view& view) -> result<std::uint64_t> {
            log_reader reader(std::size_t{4} << 10);
            const extent& in = *view.extents[extent_number];
            std::uint64_t hidden = 0;
            for (std::size_t i = 0;; ++i) {
                std::optional<stream_cut> cut;
                {
                    const monitor_lock hold(s_.indexing);
                    if (i == s_.kept.size()) return hidden;
                    cut = s_.kept[i];
                }
                auto found = view.find(in, view.stream(cut->stream), reader);
                if (!found) return std::move(found).error();
                if (cut->from.value > found->before + 1) {
                    const std::uint64_t below = cut->from.value - 1 - found->before;
                    hidden += below < found->count ? below : found->count;
                }
            }
        });
    }

    result<void> scrub(std::size_t extent_number) {
        const auto view = s_.view.now();  // keeps it
        const extent& in = *view->extents[extent_number];
        const directory& files = s_.log.files();
        segment_scrubber scrubber(files, *in.segment);
        auto fresh = written(scrubber);
        if (!fresh) {
            static_cast<void>(files.remove(scrubber.name()));
            if (fresh.error() == error_kind::damaged) s_.note_damage(fresh.error().text());
            return std::move(fresh).error().within(s_.path);
        }
        s_.view.replace_segment(*fresh);
        // What it held by stream is not kept either; readers that were at it read on in the new view.
        static_cast<void>(files.remove(clustered_name(in.segment->number())));
        const io_outcome synced = files.sync();
        s_.view.file_indexes();
        if (s_.view.now()->extents[extent_number]->postings)  // nor is what was being written meanwhile
            static_cast<void>(files.remove(clustered_name(in.segment->number())));
        if (!synced.ok()) return io_error("cannot be synced", "the directory", synced.error).within(s_.path);
        ++report_.segments;
        report_.events += scrubber.removed();
        report_.bytes += in.covered.end - (*fresh)->covered.end;
        return {};
    }
    // The segment as it was written anew, in its place. What was written is read again first; and all acts by which events are
    // left out are durable before these go.
    result<std::shared_ptr<extent>> written(segment_scrubber& scrubber) {
        const directory& files = s_.log.files();
        auto wrote = scrubber.write([this](const record_view& record) { return s_.is_hidden(record); });
        if (!wrote) return std::move(wrote).error();
        open_files aside(files, 1);
        auto checked = reindex(std::make_shared<log_segment>(aside, scrubber.header(), scrubber.name()));
        if (!checked) return std::move(checked).error();
        const extent& read = **checked;
        auto fresh = std::make_shared<extent>();
        fresh->segment = std::make_shared<log_segment>(s_.log.reading(), scrubber.header());
        fresh->postings = read.postings;
        fresh->covered = read.covered;
        fresh->is_sealed = true;
        if (auto synced = s_.sync(); !synced) return std::move(synced).error();
        if (auto renamed = files.rename(scrubber.name(), fresh->segment->file.name()); !renamed)
            return std::move(renamed).error();
        return fresh;
    }

    file_state& s_;
    scrub_report report_;
};

}  // namespace sillok::detail
