#pragma once
// Moves full segments to another directory, which may be on a slower or cheaper disk, while readers and the writer go on.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/file/archive.hpp"
#include "sillok/store/file/clustered.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/frames.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/open_files.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/reindex.hpp"
#include "sillok/store/file/segment.hpp"
#include "sillok/store/file/segment_index.hpp"
#include "sillok/store/file/state.hpp"

namespace sillok {

// What was moved.
struct archive_report {
    std::uint64_t segments = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;  // that the store's own directory has more room now
    position last{};          // of the events that are in other directories
};

}  // namespace sillok

namespace sillok::detail {

// Threads: one at a time; readers and a writer go on
class store_archiver {
public:
    // Errors: those of file_store::archive
    static result<archive_report> run(file_state& s, position upto, std::string_view path) {
        if (auto able = s.may_write(); !able) return std::move(able).error();
        if (path.empty() || path.front() != '/' ||
            path.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos)
            return error(error_kind::invalid_argument,
                         s.path + ": the path of an archive begins with / and is one line");
        auto target = open_store_directory(s.log.files().device(), std::string(path), true);
        if (!target && target.error() == error_kind::unsupported_format)
            return error(error_kind::invalid_argument, std::string(path) + " is not a directory");
        if (!target) return std::move(target).error().within(path);
        store_archiver archiver(s, *std::move(target), std::string(path));
        if (auto done = archiver.move(upto); !done) return std::move(done).error().within(s.path);
        return archiver.report_;
    }

private:
    store_archiver(file_state& s, directory target, std::string path) noexcept
        : s_(s), target_(std::move(target)), path_(std::move(path)) {}

    result<void> move(position upto) {
        if (auto ready = prepare(); !ready) return std::move(ready).error().within(path_);
        if (auto synced = s_.sync(); !synced) return synced;  // also of segments that were sealed without one
        s_.view.file_indexes();
        const std::size_t count = s_.view.now()->extents.size();
        for (std::size_t i = 0; i + 1 < count; ++i) {
            const auto view = s_.view.now();  // keeps it
            const extent& in = *view->extents[i];
            if (in.covered.position > upto.value) break;
            if (auto able = s_.may_write(); !able) return able;
            if (!in.is_archived)
                if (auto moved = move(in); !moved) return moved;
            report_.last = {in.covered.position};
        }
        return {};
    }

    // An archive says whose it is, and can be read as a store that ends early. It is never one that is written.
    result<void> prepare() {
        auto found = survey(target_);
        if (!found) return std::move(found).error();
        if (found->foreign == "lost+found") found->foreign.clear();  // the root of a disk
        if (!found->is_archive && (found->has_identity || !found->foreign.empty()))
            return error(error_kind::invalid_argument,
                         "is no archive: it has \"" + (found->has_identity ? std::string("store") : found->foreign) +
                             "\" in it");
        if (found->is_archive) remove_unfinished(target_);
        const store_identity& own = s_.log.identity();
        if (found->has_identity) {
            auto identity = read_identity(target_);
            if (!identity) return std::move(identity).error();
            return identity->store == own.store
                       ? result<void>()
                       : error(error_kind::invalid_argument, "is an archive of store " + to_string(identity->store));
        }
        const std::string note = "Segments that were moved out of " + s_.path + ". To be read only.\n";
        if (auto noted = target_.replace("archive", as_bytes(note)); !noted) return noted;
        std::byte block[identity_bytes];
        own.encode(block);
        return target_.replace("store", block);
    }

    result<void> move(const extent& in) {
        auto copied = copy(in);
        if (!copied) return std::move(copied).error();
        const index_header& covered = in.covered;
        const durable_mark mark{covered.store, covered.sequence, covered.segment, covered.end, covered.last_frame};
        std::byte block[mark_bytes];
        mark.encode(block);
        if (auto marked = target_.replace("mark", block); !marked) return std::move(marked).error().within(path_);
        if (auto noted = note(in.segment->number()); !noted) return noted;

        auto fresh = std::make_shared<extent>();
        fresh->is_archived = true;
        fresh->is_sealed = true;
        fresh->segment = std::make_shared<log_segment>(s_.log.other_places().at(path_), in.segment->header);
        fresh->covered = in.covered;
        fresh->covered.clustered = 0;
        fresh->postings = copied->postings;
        if (auto filed = put_into_file(s_.log.reading(), *fresh, false))
            fresh = std::move(filed);
        else
            return error(error_kind::io, index_name(in.segment->number()) + ": cannot be written");
        // It is all that is here of the segment, and has its acts.
        if (auto synced = sync_file(index_name(in.segment->number())); !synced) return synced;

        if (auto left = leave_header(*in.segment, copied->joint); !left) return left;
        s_.view.replace_segment(fresh);
        static_cast<void>(s_.log.files().remove(clustered_name(in.segment->number())));
        const io_outcome synced = s_.log.files().sync();
        if (!synced.ok()) return io_error("cannot be synced", "the directory", synced.error);
        ++report_.segments;
        report_.events += in.covered.events;
        report_.bytes += in.covered.end - segment_header_bytes;
        return {};
    }

    struct copied_segment {
        std::shared_ptr<segment_postings> postings;
        std::uint32_t joint = 0;
    };
    // Copies a segment, and reads the copy from end to end.
    result<copied_segment> copy(const extent& in) {
        const std::string& name = in.segment->file.name();
        const std::string fresh = name + ".new";
        auto from = in.segment->file.open();
        if (!from) return std::move(from).error();
        if (const io_outcome gone = target_.remove(fresh); !gone.ok() && gone.error != ENOENT)
            return io_error("cannot be removed", fresh, gone.error).within(path_);
        auto into = target_.open_file(fresh, open_mode::create);
        if (!into) return std::move(into).error().within(path_);
        file_window window(s_.log.files(), **from, in.covered.end);
        for (std::uint64_t at = 0; at < in.covered.end;) {
            auto bytes = window.from(at, 1);
            if (!bytes) return std::move(bytes).error();
            if (bytes->empty())
                return damaged_at(in.segment->number(), at, in.first(), "the file is shorter than it was");
            if (const io_outcome put = target_.write(*into, *bytes, at); !put.ok()) {
                static_cast<void>(target_.remove(fresh));
                return io_error("cannot be written", fresh, put.error).within(path_);
            }
            at += bytes->size();
        }
        if (const io_outcome synced = target_.sync(*into); !synced.ok())
            return io_error("cannot be synced", fresh, synced.error).within(path_);

        open_files aside(target_, 1);
        const auto segment = std::make_shared<log_segment>(aside, in.segment->header, fresh);
        auto read = reindex(segment);
        if (read) {
            file_window copy(target_, *into, in.covered.end);
            const std::uint64_t offset = in.covered.end - seal_bytes;
            auto seal = copy.at(offset, seal_bytes);
            if (!seal) return std::move(seal).error();
            const std::uint32_t renamed = seal_body::decode(seal->data() + frame_header_bytes).before_scrub;
            copied_segment done{(*read)->postings, renamed != 0 ? renamed : (*read)->covered.last_frame};
            if (auto named = target_.rename(fresh, name); !named) return std::move(named).error().within(path_);
            if (const io_outcome synced = target_.sync(); !synced.ok())
                return io_error("cannot be synced", "the directory", synced.error).within(path_);
            return done;
        }
        static_cast<void>(target_.remove(fresh));
        if (read.error() == error_kind::damaged) s_.note_damage(read.error().text());
        return std::move(read).error();
    }

    // Says where the segment is. Until the segment is taken away this changes nothing.
    result<void> note(std::uint64_t number) {
        std::vector<archived_range> ranges;
        const auto view = s_.view.now();
        for (const std::shared_ptr<const extent>& each : view->extents) {
            const bool is_it = each->segment->number() == number;
            if (!is_it && !each->is_archived) continue;
            const std::string& path = is_it ? path_ : each->segment->file.path();
            if (!ranges.empty() && ranges.back().path == path)
                ranges.back().last = each->segment->number();
            else
                ranges.push_back({each->segment->number(), path});
        }
        return s_.log.files().replace("archived", as_bytes(archived_text(ranges)));
    }

    result<void> sync_file(const std::string& name) const {
        const directory& files = s_.log.files();
        auto file = files.open_file(name, open_mode::read);
        if (!file) return std::move(file).error();
        const io_outcome synced = files.sync(*file);
        return synced.ok() ? result<void>() : io_error("cannot be synced", name, synced.error);
    }

    // What stays of a segment in its place is its header.
    result<void> leave_header(const log_segment& of, std::uint32_t joint) {
        segment_header header = of.header;
        header.is_archived = 1;
        header.joint = joint;
        const auto block = std::make_unique<std::byte[]>(segment_header_bytes);
        header.encode(block.get());
        return s_.log.files().replace(of.file.name(), {block.get(), segment_header_bytes});
    }

    file_state& s_;
    directory target_;
    std::string path_;
    archive_report report_;
};

}  // namespace sillok::detail
