#pragma once
// How far a projection is whose data are elsewhere, in files of its own, in a database far away, in letters that were sent: only its
// position is kept, in a small file that is replaced as a whole.
//
//     auto kept = sillok::checkpoint_file::open("archive.checkpoint").value();
//     sillok::projector<archive> follow(store, shown, kept, {.keep_every = 1000});
//
// The position is behind what the model holds after a crash, never ahead: events come again, so the model says what it has had
// (idempotent_model), or that it bears them twice (repeatable_model, projection/idempotence.hpp).

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/fork.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/projection/checkpoint.hpp"
#include "sillok/projection/idempotence.hpp"
#include "sillok/projection/kept_model.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/lock.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::require {

template <class Model>
consteval bool model_bears_events_again() {
    static_assert(
        idempotent_model<Model> || repeatable_model<Model>,
        "sillok[E0507]: a read model of which only the position is kept is handed events again after a crash. Fix: say what it "
        "has had, `bool has_taken(const sillok::metadata&) const` (or `result<bool>`), or that it bears them twice, `static "
        "constexpr bool at_least_once = true;`; keep a model in memory in a `model_folder`. See docs/errors.md#E0507");
    return idempotent_model<Model> || repeatable_model<Model>;
}

}  // namespace sillok::require

namespace sillok {

struct checkpoint_options {
    bool must_exist =
        false;          // a checkpoint that is not there is an error: for what must not begin again from the start
    clock_ref clock{};  // says in the lock since when it is taken
    device_ref device = default_device();  // referred to
};

// The position of one projection, in the file at `path`; beside it is `path`.lock. The directory is made where there is none, in one that
// exists. What does not fit is an error, since beginning again would do again what was done outside.
//
// Requires:   the data are those that belong to the file: whoever takes one away takes the other away.
// Errors:     locked: another process, or this one, has it open. damaged, unsupported_format: the file changed, is another
//             file, or of a newer format. condition_failed: it is of another projection, of another version of it (`static
//             constexpr std::uint32_t version`), or of another log. no_such_store, where it must exist. closed: this is the copy in a
//             forked child. no_space, io; what the model's sync says; what reading the store can say
// Threads:    one projector at a time
// Durability: the position that was kept last, or, after a crash, the one before; save returns when it is synced, and what the model
//             holds was synced before.
// Complexity: O(1), two syncs
class checkpoint_file {
public:
    static constexpr bool keeps_when_idle = true;

    static result<checkpoint_file> open(const std::string& path, const checkpoint_options& options = {}) {
        const std::size_t slash = path.rfind('/');
        const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
        std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
        if (name.empty() || name == "." || name == "..")
            return error(error_kind::invalid_argument, '"' + path + "\" is not the path of a file");
        auto files = detail::open_store_directory(options.device, folder, true);
        if (!files) return std::move(files).error().within(path);
        auto lock = detail::writer_lock::take(*files, options.clock.now(), name + ".lock", "the checkpoint");
        if (!lock) return std::move(lock).error().within(path);
        checkpoint_file opened(std::make_unique<state>(*std::move(files), *std::move(lock), path, std::move(name)));
        byte_buffer bytes;
        auto there = opened.read(bytes);
        if (!there) return std::move(there).error().within(path);
        if (!*there && options.must_exist)
            return error(error_kind::no_such_store,
                         path + ": there is no checkpoint, and the projection must not begin again from the start");
        return opened;
    }

    // Gives the position that is kept; the model is as it is.
    template <class Model>
    result<position> load(const store_ref& store, shared_model<Model>&) {
        auto kept = load_of<Model>(store);
        return kept ? std::move(kept) : std::move(kept).error().within(state_->path);
    }
    // Syncs the model, and keeps the position.
    template <class Model>
    result<void> save(const store_ref& store, const Model& model, position at) {
        auto done = save_of(store, model, at);
        return done ? done : std::move(done).error().within(state_->path);
    }

private:
    struct state {
        state(detail::directory in, detail::writer_lock held, std::string at, std::string called)
            : files(std::move(in)), lock(std::move(held)), path(std::move(at)), name(std::move(called)) {}
        detail::directory files;
        detail::writer_lock lock;
        std::string path;
        std::string name;
        fork_watch watch;
    };

    explicit checkpoint_file(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}

    static constexpr std::size_t file_bytes_max = detail::kept_model::header_bytes + 0xFFFF;

    template <class Model>
    static consteval bool is_sound() {
        static_assert(!positioned_model<Model>,
                      "sillok: a model that keeps its position in one act with what it holds needs no checkpoint file");
        static_assert(!detail::mentions_sync<Model> || synced_model<Model>,
                      "sillok: a model is synced by `sillok::result<void> sync() const`");
        return require::projection_has_a_name<Model>() && require::model_bears_events_again<Model>();
    }

    template <class Model>
    result<position> load_of(const store_ref& store) const {
        if constexpr (is_sound<Model>()) {
            if (state_->watch.is_in_child()) return foreign();
            byte_buffer bytes;
            auto there = read(bytes);
            if (!there) return std::move(there).error();
            if (!*there) return position{};
            return judge(store, bytes.view(), std::string_view(Model::name), detail::version_of_model<Model>());
        }
        return position{};
    }
    template <class Model>
    result<void> save_of(const store_ref& store, const Model& model, position at) const {
        if constexpr (is_sound<Model>()) {
            if (state_->watch.is_in_child()) return foreign();
            if constexpr (synced_model<Model>)
                if (auto synced = model.sync(); !synced) return synced;
            return write(store, std::string_view(Model::name), detail::version_of_model<Model>(), at);
        }
        return {};
    }

    static error foreign() {
        return error(error_kind::closed, "the checkpoint was opened before a fork; open it in the child");
    }

    // The file as it is, where there is one that is whole.
    //
    // Errors: damaged, unsupported_format, io
    result<bool> read(byte_buffer& bytes) const {
        using file = detail::kept_model;
        auto there = detail::read_kept(state_->files, state_->name, file_bytes_max + 1, bytes);
        if (!there || !*there) return there;
        if (bytes.size() >= 8 && as_text(bytes.view().first(8)) != file::of_position)
            return error(error_kind::unsupported_format,
                         "is not the file of a checkpoint, or its first bytes have changed");
        const bool is_whole = file::is_whole(file::of_position, bytes.view());
        if (is_whole && file::format_of(bytes.view()) > file::format)
            return error(error_kind::unsupported_format, "has format " + std::to_string(file::format_of(bytes.view())) +
                                                             ", and this program knows " +
                                                             std::to_string(file::format));
        if (!is_whole || !file::decode(file::of_position, bytes.view()))
            return error(error_kind::damaged,
                         "is damaged; restore it from a copy, or remove it: then the projection begins again from the "
                         "start, and is handed every event again");
        return true;
    }

    // Requires: a whole one
    static result<position> judge(const store_ref& store, bytes_view bytes, std::string_view name,
                                  std::uint32_t version) {
        const auto kept = *detail::kept_model::decode(detail::kept_model::of_position, bytes);
        if (kept.name != name)
            return error(error_kind::condition_failed, "is the checkpoint of projection " + std::string(kept.name) +
                                                           ", not of " + std::string(name) +
                                                           "; give each a file of its own");
        if (kept.fingerprint != version)
            return error(error_kind::condition_failed,
                         "is the checkpoint of version " + std::to_string(kept.fingerprint) + " of " +
                             std::string(name) + ", and this is version " + std::to_string(version) +
                             "; give each a file of its own, beside data of its own");
        auto id = detail::id_at(store, kept.position);
        if (!id) return std::move(id).error();
        // An event that is not kept any more proves nothing, and neither does one that was gone when the position was kept.
        if (*id && !kept.event.is_nil() && **id != kept.event)
            return error(error_kind::condition_failed,
                         "is the checkpoint of another log, or of events that were lost: the event at position " +
                             std::to_string(kept.position.value) +
                             " is another one. Remove it, with the data of the "
                             "projection, to begin again from the start");
        return kept.position;
    }
    result<void> write(const store_ref& store, std::string_view name, std::uint32_t version, position at) const {
        auto id = detail::id_at(store, at);
        if (!id) return std::move(id).error();
        byte_buffer bytes;
        detail::kept_model{version, at, id->value_or(uuid{}), name, {}}.encode(detail::kept_model::of_position, bytes);
        return state_->files.replace(state_->name, bytes.view());
    }

    std::unique_ptr<state> state_;
};

}  // namespace sillok
