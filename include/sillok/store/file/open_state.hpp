#pragma once
// Opens a store in a directory, or creates it there.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/lock.hpp"
#include "sillok/store/file/log_view.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/options.hpp"
#include "sillok/store/file/recovery.hpp"
#include "sillok/store/file/segment_postings.hpp"
#include "sillok/store/file/state.hpp"

namespace sillok::detail {

inline result<std::unique_ptr<file_state>> create_state(const std::string& path, directory files, writer_lock lock,
                                                        const file_options& options, timestamp now) {
    const store_identity identity{uuid_generator()(now), options.segment_bytes, now};
    auto fresh = std::make_unique<file_state>(path, std::move(files), identity, options);
    fresh->lock = std::move(lock);
    if (auto created = create_store(fresh->log, identity); !created) return std::move(created).error();
    auto view = std::make_shared<log_view>(*fresh->view.now());
    auto first = std::make_shared<extent>();
    first->segment = fresh->log.segment();
    first->postings = std::make_shared<segment_postings>(hash_seed(identity.store));
    view->extents.push_back(std::move(first));
    fresh->open(std::move(view));
    fresh->report.created = true;
    fresh->report.segments = 1;
    return fresh;
}

inline result<std::unique_ptr<file_state>> open_existing(const std::string& path, directory files,
                                                         const directory_survey& found, writer_lock lock,
                                                         const file_options& options) {
    auto identity = read_identity(files);
    if (!identity) return std::move(identity).error();
    auto opened = std::make_unique<file_state>(path, std::move(files), *identity, options);
    file_state& s = *opened;
    s.lock = std::move(lock);
    if (found.has_damage && !options.read_only)
        return error(error_kind::damaged,
                     "damage was found earlier (see the file \"damage\"); the store can be opened for "
                     "reading only; salvage() makes a new one of what is intact");
    std::optional<durable_mark> mark;
    if (found.has_mark) {
        auto read = read_mark(s.log.files(), identity->store, s.report);
        if (!read) return std::move(read).error();
        mark = *read;
    }
    auto view = std::make_shared<log_view>(*s.view.now());
    recovery reading(s.log, *view, s.kept, s.schemas, mark, s.report);
    if (auto read = reading.read(options.read_only ? open_mode::read : open_mode::write); !read)
        return std::move(read).error();
    if (!options.read_only) {
        if (!s.report.damage.empty())
            return error(error_kind::damaged, s.report.damage +
                                                  "; the store can be opened for reading only, up to there; "
                                                  "salvage() makes a new one of what is intact");
        if (auto mended = reading.mend(); !mended) return std::move(mended).error();
    }
    s.open(std::move(view));
    return opened;
}

// Errors: those of file_store::open
inline result<std::unique_ptr<file_state>> open_state(const std::string& path, const file_options& options) {
    const bool may_create = !options.must_exist && !options.read_only;
    if (may_create && (options.segment_bytes < segment_bytes_min || options.segment_bytes > segment_bytes_max))
        return error(error_kind::invalid_argument, "segments of " + std::to_string(options.segment_bytes) + " bytes; " +
                                                       std::to_string(segment_bytes_min) + " to " +
                                                       std::to_string(segment_bytes_max) + " are possible");
    auto files = open_store_directory(options.device, path, may_create);
    if (!files) return std::move(files).error();
    auto found = survey(*files);
    if (!found) return std::move(found).error();
    if (!found->has_identity) {
        if (auto vacant = check_is_vacant(*files, *found); !vacant) return std::move(vacant).error();
        if (!may_create) return error(error_kind::no_such_store, "there is no store in the directory");
    }
    if (found->is_archive && !options.read_only)
        return error(error_kind::unsupported_format,
                     "is an archive of a store's segments, and can be opened for reading only");
    timestamp now = clock_ref(options.clock).now();
    writer_lock lock;
    if (!options.read_only) {
        auto locked = writer_lock::take(*files, now);
        if (!locked) return std::move(locked).error();
        lock = std::move(*locked);
        found = survey(*files);  // what another writer did before it left
        if (!found) return std::move(found).error();
    }
    return found->has_identity ? open_existing(path, std::move(*files), *found, std::move(lock), options)
                               : create_state(path, std::move(*files), std::move(lock), options, now);
}

}  // namespace sillok::detail
