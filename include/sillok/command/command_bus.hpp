#pragma once
// One door for commands of several aggregates: which part takes a command is settled when it compiles.
//
//     auto bus = sillok::command_bus(accounts, transfers);
//     bus.execute("42", withdraw{30});                                  // goes to accounts
//     auto guarded = sillok::authorised(sillok::validated(bus, rules), policy);
//
// A part is anything with a list `commands` and `execute(key, command, context)`: a repository, a handler of one's own,
// another bus, or a decorator around one of these.

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sillok/command/aggregate.hpp"
#include "sillok/command/command_context.hpp"
#include "sillok/command/failure.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok::detail {

template <class Part, class C>
inline constexpr bool takes_command = contains<commands_of<Part>, C>;

}  // namespace sillok::detail

namespace sillok::require {

template <class Command, class... Parts>
consteval bool one_part_takes_command() {
    constexpr int takers = (int{detail::takes_command<Parts, Command>} + ... + 0);
    static_assert(takers != 0,
                  "sillok[E0106]: a command must be taken by a part of its bus. Fix: add it to the `commands` of an "
                  "aggregate or handler that is handed to the bus. See docs/errors.md#E0106");
    static_assert(
        takers < 2,
        "sillok[E0107]: a command must be taken by one part of its bus only. Fix: remove it from the `commands` of "
        "all but one. See docs/errors.md#E0107");
    return takers == 1;
}

}  // namespace sillok::require

namespace sillok {

// Refers to its parts, which must outlive it.
//
// Threads:    as its parts; repositories take any number at once.
// Complexity: none beyond the part's own: the route is a constant.
template <class... Parts>
class command_bus {
public:
    using commands = concatenation<detail::commands_of<Parts>...>;

    constexpr explicit command_bus(Parts&... parts) noexcept : parts_(parts...) {}

    template <class Command>
    result<receipt, failure> execute(std::string_view key, const Command& command,
                                     const command_context& context = {}) const {
        if constexpr (require::one_part_takes_command<Command, Parts...>())
            return std::get<place<Command>()>(parts_).execute(key, command, context);
        else
            return result<receipt, failure>(error(error_kind::invalid_argument, "no part takes the command"));
    }

private:
    template <class Command>
    static consteval std::size_t place() {
        std::size_t at = 0;
        for (const bool takes : {detail::takes_command<Parts, Command>...}) {
            if (takes) break;
            ++at;
        }
        return at;
    }

    std::tuple<Parts&...> parts_;
};

}  // namespace sillok
