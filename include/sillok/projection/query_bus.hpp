#pragma once
// The read side as an interface: questions are structs, and each has one who answers, found when it is compiled.
//
//     struct balance_of { std::string account; using answer = std::optional<std::int64_t>; };
//     struct balances {
//         …
//         using queries = sillok::queries<balance_of>;
//         std::optional<std::int64_t> answer(const balance_of& q) const;
//     };
//     sillok::query_bus ask(shown_balances, shown_payments);          // shared models, or anything else that answers
//     auto balance = ask(balance_of{"42"});

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sillok/core/type_list.hpp"
#include "sillok/projection/shared_model.hpp"

namespace sillok {

// What a read model, or a handler of queries, answers.
template <class... Q>
struct queries : types<Q...> {};

}  // namespace sillok

namespace sillok::detail {

// Who answers: the part itself, or the model that it shares.
template <class Part>
struct answerer {
    using type = Part;
};
template <class Model>
struct answerer<shared_model<Model>> {
    using type = Model;
};

template <class... Q>
types<Q...> list_of(const queries<Q...>*);
template <class Part>
using queries_of = decltype(list_of(static_cast<const typename answerer<Part>::type::queries*>(nullptr)));

template <class Part, class Q>
inline constexpr bool answers_query = contains<queries_of<Part>, Q>;

// Exactly: no conversion of the question, and the answer that it asks for.
template <class By, class Q>
concept gives_answer = requires(const By& by, const Q& q) {
    { by.answer(q) } -> std::same_as<typename Q::answer>;
};

}  // namespace sillok::detail

namespace sillok::require {

template <class Query, class... Part>
consteval bool one_part_answers_query() {
    constexpr std::size_t count = (std::size_t{detail::answers_query<Part, Query>} + ... + 0);
    static_assert(
        count == 1,
        "sillok[E0505]: a query is answered by one part of the bus. "
        "Fix: list it in the `queries` of one part, `using queries = sillok::queries<balance_of>;`. See docs/errors.md#E0505");
    return count == 1;
}

template <class By, class Query>
consteval bool query_is_answered() {
    static_assert(detail::gives_answer<By, Query>,
                  "sillok[E0506]: who lists a query answers it, const, and with what it asks for. "
                  "Fix: write `Query::answer answer(const Query&) const`, and `using answer = …` in the query. "
                  "See docs/errors.md#E0506");
    return detail::gives_answer<By, Query>;
}

}  // namespace sillok::require

namespace sillok {

// Refers to its parts, which must outlive it.
//
// Threads:    as its parts; shared models are read by any number at once
// Complexity: none beyond the answer: the route is a constant
template <class... Part>
class query_bus {
public:
    constexpr explicit query_bus(const Part&... parts) noexcept : parts_(parts...) {}

    template <class Query>
    typename Query::answer operator()(const Query& query) const {
        if constexpr (require::one_part_answers_query<Query, Part...>()) {
            constexpr std::size_t at = place<Query>();
            using by = typename detail::answerer<std::tuple_element_t<at, std::tuple<Part...>>>::type;
            if constexpr (require::query_is_answered<by, Query>()) return answer_by(std::get<at>(parts_), query);
        }
        __builtin_unreachable();  // it did not compile
    }

private:
    template <class Query>
    static consteval std::size_t place() {
        std::size_t at = 0;
        for (const bool answers : {detail::answers_query<Part, Query>...}) {
            if (answers) break;
            ++at;
        }
        return at;
    }
    template <class Model, class Query>
    static typename Query::answer answer_by(const shared_model<Model>& part, const Query& query) {
        return part.read([&](const Model& model) { return model.answer(query); });
    }
    template <class By, class Query>
    static typename Query::answer answer_by(const By& part, const Query& query) {
        return part.answer(query);
    }

    std::tuple<const Part&...> parts_;
};

}  // namespace sillok
