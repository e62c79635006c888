#pragma once
// What a projection is: a read model with a name, which takes the events that it selects. It may take what a batch of them does to it
// as a whole or not at all, and it may keep how far it is beside what it holds.
//
//     struct balances {
//         static constexpr sillok::name name = "balances";
//         using events = sillok::select<bank, money_deposited, money_withdrawn>;
//         std::map<std::string, std::int64_t> by_account;
//         void on(const money_deposited& e, const sillok::metadata& m) { by_account[m.key()] += e.amount; }
//         void on(const money_withdrawn& e, const sillok::metadata& m) { by_account[m.key()] -= e.amount; }
//     };

#include <concepts>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/name.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/projection/checkpoint.hpp"

namespace sillok {

template <class M>
concept named_projection = requires {
    { M::name } -> std::convertible_to<std::string_view>;
};

}  // namespace sillok

namespace sillok::require {

template <class Model>
consteval bool projection_has_a_name() {
    static_assert(
        named_projection<Model>,
        "sillok[E0501]: a projection has a name, under which its position is kept and by which errors call it. "
        "Fix: add `static constexpr sillok::name name = \"balances\";`. See docs/errors.md#E0501");
    return named_projection<Model>;
}

}  // namespace sillok::require

namespace sillok {

// A read model that takes back what was done to it since `begin`, where that was not all. `commit` and `rollback` cannot fail.
template <class M>
concept transactional_model = requires(M& model) {
    model.begin();
    model.commit();
    model.rollback();
};

// A read model that keeps its checkpoint in one act with what it holds, such as one in a database: `commit` makes both durable.
template <class M>
concept positioned_model = requires(M& model, const M& readable, const sillok::checkpoint& reached) {
    { readable.checkpoint() } -> std::same_as<result<sillok::checkpoint>>;
    { model.begin() } -> std::same_as<result<void>>;
    { model.commit(reached) } -> std::same_as<result<void>>;
    model.rollback();
};

}  // namespace sillok

namespace sillok::detail {

// Events that are handed to a read model as one: what it can take back is taken back, unless they are committed.
template <class Model>
class unit_of_work {
public:
    explicit unit_of_work(Model& model) noexcept : model_(model) {}
    unit_of_work(const unit_of_work&) = delete;
    unit_of_work& operator=(const unit_of_work&) = delete;
    ~unit_of_work() { rollback(); }

    result<void> begin() {
        if constexpr (positioned_model<Model>) {
            if (auto begun = model_.begin(); !begun) return begun;
        } else if constexpr (transactional_model<Model>) {
            model_.begin();
        }
        is_open_ = true;
        return {};
    }
    result<void> commit([[maybe_unused]] const checkpoint& reached) {
        if constexpr (positioned_model<Model>) {
            if (auto done = model_.commit(reached); !done) {
                rollback();
                return done;
            }
        } else if constexpr (transactional_model<Model>) {
            model_.commit();
        }
        is_open_ = false;
        return {};
    }
    void rollback() noexcept {
        if (!std::exchange(is_open_, false)) return;
        if constexpr (positioned_model<Model> || transactional_model<Model>) model_.rollback();
    }

    // Whether a rollback leaves nothing behind.
    static constexpr bool is_whole = positioned_model<Model> || transactional_model<Model>;

private:
    Model& model_;
    bool is_open_ = false;
};

template <class Model>
std::string name_of_model() {
    if constexpr (named_projection<Model>)
        return std::string(std::string_view(Model::name));
    else
        return {};  // it was said why that does not compile
}

// The version that a model says for what it holds outside of the program; 1 where it says none.
template <class Model>
consteval std::uint32_t version_of_model() {
    if constexpr (requires { Model::version; })
        return Model::version;
    else
        return 1;
}

// What a handler throws, or who else is called, is an error of its own kind.
template <class Call>
result<void> guarded(Call call, const char* who = "the handler") {
    try {
        return call();
    } catch (const std::exception& thrown) {
        return error(error_kind::handler_failed, std::string(who).append(" threw: ").append(thrown.what()));
    } catch (...) {
        return error(error_kind::handler_failed, std::string(who).append(" threw something that is no std::exception"));
    }
}

}  // namespace sillok::detail
