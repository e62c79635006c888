#pragma once
// A text in a compiler's message, as a type: compilers print a string that is a template argument as numbers, or not at all, but
// characters as characters.
//
//     template <char... Text> struct was;
//     struct old_type { static constexpr shown_text value = show("i64"); };
//     using told = told_as<was, old_type>;  // printed as was<'i', '6', '4'>

#include <cstddef>
#include <string_view>
#include <utility>

namespace sillok::detail {

// A text for a compiler's message, cut where nobody would read on.
struct shown_text {
    static constexpr std::size_t size_max = 72;
    char text[size_max]{};
    std::size_t size = 0;

    constexpr void put(std::string_view more) {
        for (const char c : more)
            if (size < size_max)
                text[size++] = c;
            else
                text[size - 1] = text[size - 2] = text[size - 3] = '.';
    }
};
consteval shown_text show(std::string_view text) {
    shown_text shown;
    shown.put(text);
    return shown;
}
template <template <char...> class As, class Shown, std::size_t... I>
As<Shown::value.text[I]...> tell(std::index_sequence<I...>);
template <template <char...> class As, class Shown>
using told_as = decltype(tell<As, Shown>(std::make_index_sequence<Shown::value.size>{}));

}  // namespace sillok::detail
