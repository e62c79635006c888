#pragma once
// Plain structs as lists of fields: how many, what they are called, and one call with all of them. This is the one header
// that knows Boost.PFR and Boost.Hana's Structs; everything else in the library asks here.
//
//     struct money_deposited { std::int64_t amount; std::string currency; };
//     static_assert(sillok::field_count<money_deposited> == 2);
//     static_assert(sillok::field_name<money_deposited, 1>() == "currency");
//     sillok::visit_fields(event, [](auto&... field) { (print(field), ...); });

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/hana/accessors.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/fwd/at.hpp>
#include <boost/hana/fwd/core/to.hpp>
#include <boost/hana/fwd/first.hpp>
#include <boost/hana/fwd/length.hpp>
#include <boost/hana/fwd/second.hpp>
#include <boost/pfr/core.hpp>

#include "sillok/codec/binding.hpp"
#include "sillok/codec/spelling.hpp"

namespace sillok::detail {

// What may stand where a base class is initialised, and nowhere else.
template <class T>
struct only_a_base_of {
    template <class Base>
        requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
    operator Base&() const;  // NOLINT(google-explicit-constructor)
};

template <class T>
concept plain_struct = std::is_class_v<T> && std::is_aggregate_v<T>;

template <class T>
inline constexpr bool has_base = requires {
    T{only_a_base_of<T>{}};
};

// The most fields that fit, between Low, which do, and High, which do not.
template <class T, std::size_t Low, std::size_t High>
consteval std::size_t count_fields_between() {
    if constexpr (High - Low == 1)
        return Low;
    else if constexpr (constexpr std::size_t middle = (Low + High) / 2; binding<middle>::template fits<T>)
        return count_fields_between<T, middle, High>();
    else
        return count_fields_between<T, Low, middle>();
}

// Most structs are small, so the first three questions stand here, in one function.
template <class T>
consteval std::size_t count_fields() {
    if constexpr (binding<4>::template fits<T>) {
        if constexpr (!binding<6>::template fits<T>)
            return binding<5>::template fits<T> ? 5 : 4;
        else if constexpr (!binding<8>::template fits<T>)
            return binding<7>::template fits<T> ? 7 : 6;
        else
            return count_fields_between<T, 8, bindings_max + 2>();
    } else {
        if constexpr (binding<2>::template fits<T>)
            return binding<3>::template fits<T> ? 3 : 2;
        else
            return binding<1>::template fits<T> ? 1 : 0;
    }
}

template <class T>
inline constexpr std::size_t plain_field_count = count_fields<T>();

// Hana's own test, which is asked only where a type is not a plain struct.
template <class T>
consteval bool is_hana_struct() {
    if constexpr (std::is_class_v<T>)
        return boost::hana::Struct<T>::value;
    else
        return false;
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
// g++ 12 crashes in Boost.PFR, which is asked beyond 32 fields, where a std::array of elements with a destructor is among
// the fields, or in a struct among them. They are found by members that a converting argument is offered to: the
// conversion that the compiler weighs leaves a note.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
template <class T>
struct crash_seen {
    friend auto note_of(crash_seen<T>);
};
#pragma GCC diagnostic pop
template <class T>
struct crash_note {
    friend auto note_of(crash_seen<T>) { return true; }
    static constexpr bool written = true;
};

template <class T>
consteval bool crashes_the_compiler();
template <class Member>
inline constexpr bool is_crashing_member = crashes_the_compiler<Member>();
template <class E, std::size_t N>
inline constexpr bool is_crashing_member<std::array<E, N>> = !std::is_trivially_destructible_v<E>;

template <class T>
struct any_member {
    template <class Member>
        requires(crash_note<std::conditional_t<is_crashing_member<Member>, T, void>>::written)
    operator Member&() const;  // NOLINT(google-explicit-constructor)
};

// True, once every member was offered.
template <class T, std::size_t... I>
consteval bool members_offered(std::index_sequence<I...>) {
    if constexpr (requires { T{(static_cast<void>(I), any_member<T>{})...}; })
        return members_offered<T>(std::make_index_sequence<sizeof...(I) + 1>{});
    else
        return true;
}

template <class T>
consteval bool crashes_the_compiler() {
    if constexpr (!plain_struct<T> || std::is_trivially_destructible_v<T>)
        return false;
    else if constexpr (members_offered<T>(std::index_sequence<0>{}))
        return requires { note_of(crash_seen<T>{}); };
}
#else
template <class T>
consteval bool crashes_the_compiler() {
    return false;
}
#endif

enum class field_access : unsigned char { none, bindings, pfr, hana };

template <class T>
consteval field_access access_of() {
    if constexpr (plain_struct<T>) {
        if constexpr (std::is_empty_v<T> && !binding<1>::template fits<T>)
            return has_base<T> ? field_access::none : field_access::bindings;
        else if constexpr (!has_base<T> && plain_field_count<T> <= bindings_max)
            return field_access::bindings;
        else if constexpr (!has_base<T>)
            return crashes_the_compiler<T>() ? field_access::none : field_access::pfr;
        else
            return is_hana_struct<T>() ? field_access::hana : field_access::none;
    } else {
        return is_hana_struct<T>() ? field_access::hana : field_access::none;
    }
}

template <class T>
inline constexpr field_access access = access_of<T>();

template <class T, class F, std::size_t... I>
constexpr decltype(auto) visit_hana(T& object, F& f, std::index_sequence<I...>) {
    constexpr auto accessors = boost::hana::accessors<std::remove_const_t<T>>();
    return f(boost::hana::second(boost::hana::at_c<I>(accessors))(object)...);
}

// The binding that visits T: of its number of fields, or this one, which asks PFR or Hana.
inline constexpr std::size_t foreign_binding = static_cast<std::size_t>(-1);

template <class T>
consteval std::size_t binding_of() {
    if constexpr (access<T> == field_access::bindings)
        return plain_field_count<T>;
    else
        return foreign_binding;
}
template <class T>
using fields_by = binding<binding_of<std::remove_const_t<T>>()>;

template <class T>
consteval std::size_t count_of() {
    if constexpr (access<T> == field_access::bindings)
        return plain_field_count<T>;
    else if constexpr (access<T> == field_access::pfr)
        return boost::pfr::tuple_size_v<T>;
    else if constexpr (access<T> == field_access::hana)
        return decltype(boost::hana::length(boost::hana::accessors<T>()))::value;
    else
        return 0;
}

}  // namespace sillok::detail

namespace sillok {

// A struct whose fields can be listed: a plain aggregate without base classes, or a Hana Struct.
template <class T>
concept reflectable = detail::access<std::remove_const_t<T>>
!= detail::field_access::none;

// How many fields T has. Requires: reflectable<T>
template <class T>
inline constexpr std::size_t field_count = detail::count_of<std::remove_const_t<T>>();

// Calls f with all fields of `object` at once, as lvalues, in the order of their declaration; returns what f returns.
//
// Requires: reflectable<T>, without bit-fields
template <class T, class F>
constexpr decltype(auto) visit_fields(T&& object, F&& f) {
    return detail::fields_by<std::remove_reference_t<T>>::visit(object, f);
}

}  // namespace sillok

namespace sillok::detail {

template <>
struct binding<foreign_binding> {
    template <class T, class F>
    static constexpr decltype(auto) visit(T& object, F& use) {
        using bare = std::remove_const_t<T>;
        if constexpr (access<bare> == field_access::pfr)
            return std::apply(use, boost::pfr::structure_tie(object));
        else
            return visit_hana(object, use, std::make_index_sequence<field_count<bare>>{});
    }
};

}  // namespace sillok::detail

// --- names ------------------------------------------------------------------------------------------------------------

namespace sillok::detail {

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif

// An object that never exists; only the addresses of its fields are spoken of.
template <class T>
struct field_holder {
    T value;
};
template <class T>
extern const field_holder<T> sillok_field_of;

// Clang spells the first ten elements of an array and then three dots, hence eight at a time.
inline constexpr std::size_t spelled_at_once = 8;

struct field_addresses {
    const void* of[spelled_at_once]{};
};

template <std::size_t First>
struct take_addresses {
    template <class... Field>
    constexpr field_addresses operator()(Field&... field) const noexcept {
        const void* const all[] = {__builtin_addressof(field)...};
        field_addresses some;
        // What is left over repeats the last field.
        for (std::size_t i = 0; i < spelled_at_once; ++i)
            some.of[i] = all[First + i < sizeof...(Field) ? First + i : sizeof...(Field) - 1];
        return some;
    }
    static const take_addresses of_all;
};
template <std::size_t First>
constexpr take_addresses<First> take_addresses<First>::of_all{};

// The compiler's own spelling of the fields' addresses, which contains their names; `name_in` cuts them out. One text for
// eight fields, because one instantiation per field costs a compiler much more.
template <field_addresses Addresses>
consteval const char* spelled() {
    return __PRETTY_FUNCTION__;
}

template <class T, std::size_t First>
consteval const char* spelled_fields() {
    return spelled<fields_by<T>::visit(sillok_field_of<T>.value, take_addresses<First>::of_all)>();
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

// A name in static storage, so that no caller depends on the long text that it was cut out of.
template <class T>
struct field_names {
    static constexpr std::size_t count = field_count<T>;

    static constexpr std::array<std::string_view, count> views = [] {
        std::array<std::string_view, count> names{};
        if constexpr (access<T> == field_access::hana) {
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                constexpr auto accessors = boost::hana::accessors<T>();
                ((names[I] = boost::hana::to<const char*>(boost::hana::first(boost::hana::at_c<I>(accessors)))), ...);
            }
            (std::make_index_sequence<count>{});
        } else if constexpr (count > 0) {
            [&]<std::size_t... Part>(std::index_sequence<Part...>) {
                const char* const spellings[] = {spelled_fields<T, Part * spelled_at_once>()...};
                for (std::size_t i = 0; i < count; ++i)
                    names[i] = name_in(spellings[i / spelled_at_once], i % spelled_at_once);
            }
            (std::make_index_sequence<(count + spelled_at_once - 1) / spelled_at_once>{});
        }
        return names;
    }();
};

// The compiler's spelling is taken from the compiler, so it is checked before anything believes it.
struct spelling_probe {
    int first;
    struct {
        char inner;
    } second_1;
    const char* _third;
};
static_assert(field_names<spelling_probe>::views[0] == "first" && field_names<spelling_probe>::views[1] == "second_1" &&
                  field_names<spelling_probe>::views[2] == "_third",
              "sillok: this compiler spells the names of fields in a way that is not known yet");

template <class T>
consteval std::string_view spelled_type() {
    return __PRETTY_FUNCTION__;
}

// Cuts "…; std::string_view = …]" or "…]" off, then everything in front of the name itself: namespaces and classes.
consteval std::string_view unqualified(std::string_view spelling) {
    std::size_t begin = spelling.find("T = ") + 4;
    std::size_t end = spelling.size() - 1;
    int depth = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const char c = spelling[i];
        if (c == '<' || c == '(' || c == '{') ++depth;
        if (c == '>' || c == ')' || c == '}') --depth;
        if (depth == 0 && c == ';') end = i;
        if (depth == 0 && c == ':' && i + 1 < end && spelling[i + 1] == ':') begin = i + 2;
    }
    return spelling.substr(begin, end - begin);
}

static_assert(unqualified(spelled_type<spelling_probe>()) == "spelling_probe" &&
                  unqualified(spelled_type<int>()) == "int",
              "sillok: this compiler spells the names of types in a way that is not known yet");

}  // namespace sillok::detail

namespace sillok {

// The name of field I as it is written in the struct. Requires: reflectable<T>, I < field_count<T>
template <class T, std::size_t I>
consteval std::string_view field_name() {
    return detail::field_names<std::remove_cvref_t<T>>::views[I];
}

// The name of a type without its namespaces, for people to read; two compilers may spell a template's arguments differently.
template <class T>
consteval std::string_view type_name() {
    return detail::unqualified(detail::spelled_type<std::remove_cvref_t<T>>());
}

}  // namespace sillok
