#pragma once
// Read models kept in files, each with its position in one act, so that a restart goes on where it was.
//
//     auto kept = sillok::model_folder::open("read-models");
//     sillok::projector<balances> follow(store, shown, *kept, {.keep_every = 100'000});
//
// A model that can be recorded is kept as it is; any other says what of it is kept (event/kept_state.hpp).

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/kept_state.hpp"
#include "sillok/projection/checkpoint.hpp"
#include "sillok/projection/kept_model.hpp"
#include "sillok/projection/projection.hpp"
#include "sillok/projection/shared_model.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/files.hpp"
#include "sillok/store/file/opening.hpp"
#include "sillok/store/file/posix_device.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::require {

template <class Model>
consteval bool model_can_be_recorded() {
    constexpr bool can = detail::can_be_kept<Model>();
    static_assert(
        can,
        "sillok[E0502]: a read model that is kept is a plain struct of fields that can be recorded, or names one that is "
        "kept instead of it. Fix: write `using snapshot = balances_kept; balances_kept kept() const; static balances "
        "restored(const balances_kept&);`, public. See docs/errors.md#E0502");
    return can;
}

}  // namespace sillok::require

namespace sillok::detail {

// What a read model depends on: the form in which it is kept, the events of its context, and the version that it says for what
// cannot be seen.
template <class Model>
std::uint64_t model_fingerprint() {
    static const std::uint64_t once = [] {
        fingerprint_hash hash;
        hash.add("sillok read model 1");
        add_kept_form<Model>(hash);
        add_catalogue<catalogue_of<Model>>(hash);
        hash.add(snapshot_version_of<Model>());
        return hash.value();
    }();
    return once;
}

}  // namespace sillok::detail

namespace sillok {

// What became of the models that were asked for.
struct kept_model_counts {
    std::uint64_t loaded = 0;
    std::uint64_t saved = 0;
    std::uint64_t stale = 0;    // of another program, another store, or of events that are not kept any more
    std::uint64_t damaged = 0;  // not what was written
};

// One file for each model, `name`.model. What does not fit is no model, and no error: it is made anew from the log.
//
// Errors:     io, no_space, and what reading the store can say
// Threads:    any number at once, for models of different names. One process at a time.
// Durability: a model is kept as a whole, or, after a crash, what was kept before; save returns when it is synced.
// Complexity: O(bytes of the model)
class model_folder {
public:
    // Makes the directory where there is none, in one that exists.
    static result<model_folder> open(const std::string& path) { return open(path, default_device()); }
    static result<model_folder> open(const std::string& path, device_ref device) {
        auto opened = detail::open_store_directory(device, path, true);
        if (!opened) return std::move(opened).error().within(path);
        return model_folder(std::move(*opened), path);
    }

    template <class Model>
    result<position> load(const store_ref& store, shared_model<Model>& into) {
        if constexpr (require::projection_has_a_name<Model>() && require::model_can_be_recorded<Model>()) {
            byte_buffer bytes;
            auto found = detail::read_kept(files_, file_of<Model>(), static_cast<std::size_t>(-1), bytes);
            if (!found) return std::move(found).error().within(path_);
            if (!*found) return position{};
            const auto kept = detail::kept_model::decode(detail::kept_model::of_model, bytes.view());
            if (!kept || kept->name != std::string_view(Model::name)) return none(counts_->damaged);
            if (kept->fingerprint != detail::model_fingerprint<Model>()) return none(counts_->stale);
            if (kept->position.value != 0) {
                auto id = detail::id_at(store, kept->position);
                if (!id) return std::move(id).error();
                if (*id != kept->event) return none(counts_->stale);
            }
            const bool is_read =
                into.update([&](Model& model) { return detail::read_state<Model>(kept->state, &model); });
            if (!is_read) return none(counts_->damaged);
            ++counts_->loaded;
            return kept->position;
        }
        return position{};
    }

    template <class Model>
    result<void> save(const store_ref& store, const Model& model, position at) {
        if constexpr (require::projection_has_a_name<Model>() && require::model_can_be_recorded<Model>()) {
            auto id = detail::id_at(store, at);
            if (!id) return std::move(id).error();
            if (at.value != 0 && !*id) return {};  // it is not kept any more, and nothing would prove the model
            byte_buffer state;
            detail::write_state<Model>(&model, state);
            byte_buffer bytes;
            const detail::kept_model kept{detail::model_fingerprint<Model>(), at, id->value_or(uuid{}),
                                          std::string_view(Model::name), state.view()};
            kept.encode(detail::kept_model::of_model, bytes);
            if (auto done = files_.replace(file_of<Model>(), bytes.view()); !done)
                return std::move(done).error().within(path_);
            ++counts_->saved;
        }
        return {};
    }

    kept_model_counts counts() const noexcept {
        return {counts_->loaded.load(), counts_->saved.load(), counts_->stale.load(), counts_->damaged.load()};
    }

private:
    struct tallies {
        std::atomic<std::uint64_t> loaded{0};
        std::atomic<std::uint64_t> saved{0};
        std::atomic<std::uint64_t> stale{0};
        std::atomic<std::uint64_t> damaged{0};
    };

    model_folder(detail::directory files, std::string path)
        : files_(std::move(files)), path_(std::move(path)), counts_(std::make_unique<tallies>()) {}

    template <class Model>
    static std::string file_of() {
        static_assert(std::string_view(Model::name).find('/') == std::string_view::npos,
                      "sillok: the name of a model that is kept in a file has no slash");
        return std::string(std::string_view(Model::name)) + ".model";
    }
    static position none(std::atomic<std::uint64_t>& count) noexcept {
        ++count;
        return {};
    }
    detail::directory files_;
    std::string path_;
    std::unique_ptr<tallies> counts_;
};

}  // namespace sillok
