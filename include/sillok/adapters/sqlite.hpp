#pragma once
// Read models in SQLite: a struct whose members are tables, brought forward by a projector, its position in the same transaction as
// its rows. So each event is in effect once, whatever is killed when.
//
//     struct payments {
//         static constexpr sillok::name name = "payments";
//         using events = sillok::select<bank, payment_made>;
//         sillok::sqlite_table<payment_row, sillok::unique<&payment_row::id>> rows;
//         sillok::result<void> on(const payment_made& e, const sillok::metadata& m) { return rows.put({e.id, e.user, e.amount, m.time()}); }
//     };
//     auto db = sillok::sqlite_database::open("read.db").value();
//     sillok::shared_model shown(sillok::sqlite_model<payments>::open(db).value());
//     sillok::projector follow(store, shown);
//
// Only who includes this needs SQLite, 3.37 or later.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/adapters/sqlite/database.hpp"
#include "sillok/adapters/sqlite/query.hpp"
#include "sillok/adapters/sqlite/schema.hpp"
#include "sillok/adapters/sqlite/table.hpp"
#include "sillok/codec/reflect.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/projection/projection.hpp"

namespace sillok::detail {

struct count_tables {
    template <class... Field>
    constexpr std::integral_constant<std::size_t, (std::size_t{0} + ... + (is_sqlite_table<Field> ? 1 : 0))> operator()(
        Field&...) const {
        return {};
    }
};
template <class Model>
consteval bool has_sqlite_tables() {
    if constexpr (reflectable<Model> && std::default_initializable<Model>)
        return decltype(visit_fields(std::declval<Model&>(), count_tables{}))::value != 0;
    else
        return false;
}

}  // namespace sillok::detail

namespace sillok::require {

template <class Model>
consteval bool sqlite_model_has_tables() {
    static_assert(
        detail::has_sqlite_tables<Model>(),
        "sillok[E0542]: a model in SQLite is a plain struct, made from nothing, with at least one `sillok::sqlite_table` "
        "among its members. Fix: add `sillok::sqlite_table<row, sillok::unique<&row::id>> rows;`, and leave out "
        "constructors and base classes. See docs/errors.md#E0542");
    return true;  // the line above is the only error
}

}  // namespace sillok::require

namespace sillok {

// A read model whose tables are in a database, as projectors take it (positioned_model); to readers it is the model itself. Table
// `rows` of the model `payments` is `payments_rows` there, and `payments_rows_v2` of one with `static constexpr std::uint32_t version =
// 2;`, which begins beside the first and with nothing.
//
// Requires:   One projector brings one of these forward.
// Ensures:    Where another program has brought the model forward, nothing is changed, and the error says so.
// Durability: what is committed outlives the program; see sqlite_options for the power
// Threads:    as shared_model; a connection is used by one at a time. For readers that never wait for the projector open the database,
//             and the model in it, again, read only.
template <class Model>
class sqlite_model : public Model {
    static_assert(require::sqlite_model_has_tables<Model>());
    static_assert(require::projection_has_a_name<Model>());

public:
    // Finds the model's tables, or makes them.
    //
    // Errors: schema_changed where a table has other columns than the struct has fields; condition_failed where it is another's;
    //         no_such_store where there are none, and the database is read only; locked, no_space, io, damaged
    static result<sqlite_model> open(const sqlite_database& in, Model given = {}) {
        sqlite_model made(in.link(), std::move(given));
        const bool is_read_only = in.link()->is_read_only();
        const auto find = [&]() -> result<void> {
            if (!is_read_only)
                if (auto own = detail::make_own_tables(*in.link()); !own) return own;
            return made.attach_tables();
        };
        auto found = is_read_only ? sqlite_database(in).read(find) : sqlite_database(in).change(find);
        if (!found) return std::move(found).error();
        return made;
    }
    // Takes a version's tables and its position away, such as those that a newer one has replaced.
    static result<void> drop(const sqlite_database& in, std::uint32_t which) {
        return sqlite_database(in).change([&] { return detail::drop_model(*in.link(), name_text(), which); });
    }

    // How far the model is, and the event there; position 0 before the first one.
    result<sillok::checkpoint> checkpoint() const {
        const std::lock_guard hold(link_->mutex());
        auto there = detail::read_checkpoint(*link_, name_text(), number);
        if (there && !at_) at_ = there->at;
        return there;
    }
    // Begins a transaction; until it ends, others wait.
    //
    // Errors: locked; condition_failed where the model was brought forward by another program
    result<void> begin() {
        std::unique_lock hold(link_->mutex());
        if (auto begun = link_->begin(); !begun) return begun;
        auto there = detail::read_checkpoint(*link_, name_text(), number);
        if (!there || (at_ && *at_ != there->at)) {
            link_->rollback();
            if (!there) return std::move(there).error();
            return error(
                error_kind::condition_failed,
                link_->path() + ": model " + name_text() + " is at position " + std::to_string(there->at.value) +
                    ", and was left at " + std::to_string(at_->value) +
                    " here: another program brings it forward, too. Nothing was changed; let one of them do it, "
                    "or open the model anew and go on from there");
        }
        at_ = there->at;
        hold_ = std::move(hold);
        return {};
    }
    // Errors: no_space, io, damaged, and that of a change which failed before: nothing is kept
    result<void> commit(const sillok::checkpoint& reached) {
        auto noted = detail::write_checkpoint(*link_, name_text(), number, reached);
        if (noted) noted = link_->commit();
        if (!noted) return noted;
        at_ = reached.at;
        hold_ = {};
        return {};
    }
    void rollback() noexcept {
        if (!hold_.owns_lock()) return;
        link_->rollback();
        hold_ = {};
    }

private:
    static constexpr std::uint32_t number = detail::version_of_model<Model>();

    sqlite_model(detail::sqlite_link link, Model given) : Model(std::move(given)), link_(std::move(link)) {}
    static std::string name_text() { return std::string(std::string_view(Model::name)); }

    result<void> attach_tables() {
        result<void> done;
        visit_fields(static_cast<Model&>(*this), [&](auto&... field) {
            std::size_t at = 0;
            ((done = attach(field, detail::field_names<Model>::views[at++])) && ...);
        });
        return done;
    }
    template <class Field>
    result<void> attach(Field& field, std::string_view called) {
        if constexpr (is_sqlite_table<Field>) {
            std::string table = detail::sql_text({std::string_view(Model::name), "_", called});
            if (number > 1) table += detail::sql_text({"_v", std::to_string(number)});
            return field.attach(link_, std::move(table), name_text(), number);
        } else {
            return {};
        }
    }

    detail::sqlite_link link_;
    mutable std::optional<position> at_;  // where this one has left it
    std::unique_lock<std::recursive_mutex> hold_;
};

}  // namespace sillok
