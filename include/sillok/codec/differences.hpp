#pragma once
// What differs between two values of a struct, field by field.
//
//     for (const auto& each : sillok::differences(*accounts.load("42", sillok::at_version{3}), *accounts.load("42")))
//         std::cout << each << '\n';                          // balance: 100 -> 70

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sillok/codec/print.hpp"
#include "sillok/codec/wire.hpp"

namespace sillok {

// A field that has another value. What is not there, on the one side or on the other, is empty; a text that is empty is `""`.
struct field_difference {
    std::string path;  // such as `lines[2].quantity` or `balances["KRW"]`; empty for a value that is no struct
    std::string before;
    std::string after;

    friend bool operator==(const field_difference&, const field_difference&) = default;

    template <class Stream>
        requires requires(Stream& out, std::string_view text) { out << text << text; }
    friend Stream& operator<<(Stream& out, const field_difference& d) {
        const auto shown = [](const std::string& text) {
            return text.empty() ? std::string_view("nothing") : std::string_view(text);
        };
        out << std::string_view(d.path) << std::string_view(": ") << shown(d.before) << std::string_view(" -> ")
            << shown(d.after);
        return out;
    }
};

}  // namespace sillok

namespace sillok::detail {

template <class T>
constexpr bool is_no_number(T value) noexcept {
    return value != value;  // NOLINT(misc-redundant-expression)
}

class difference_finder {
public:
    explicit difference_finder(std::vector<field_difference>& into) : into_(into) {}

    template <class T>
    void compare(const T& before, const T& after) {
        constexpr wire_kind kind = kind_of<T>;
        if (same_value(before, after)) return;
        if constexpr (kind == wire_kind::record) {
            compare_fields(before, after);
        } else if constexpr (kind == wire_kind::optional) {
            if (before && after) return compare(*before, *after);
            note(before ? describe_value(*before) : "", after ? describe_value(*after) : "");
        } else if constexpr (kind == wire_kind::sequence || kind == wire_kind::flags || kind == wire_kind::array) {
            compare_elements(before, after);
        } else if constexpr (kind == wire_kind::map || kind == wire_kind::set) {
            compare_sorted(before, after);
        } else if constexpr (kind == wire_kind::product) {
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (within(place(I), [&] { compare(std::get<I>(before), std::get<I>(after)); }), ...);
            }
            (std::make_index_sequence<std::tuple_size_v<T>>{});
        } else if constexpr (kind == wire_kind::variant) {
            if (before.index() != after.index()) return note(describe_value(before), describe_value(after));
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                ((before.index() == I ? compare(get<I>(before), get<I>(after)) : void()), ...);
            }
            (std::make_index_sequence<parts_of<T>::size>{});
        } else {
            if constexpr (kind == wire_kind::real)
                if (is_no_number(before) && is_no_number(after)) return;  // what is no number stayed none
            note(describe_value(before), describe_value(after));
        }
    }

private:
    template <class T>
    static std::string describe_value(const T& value) {
        std::string text;
        append_description(text, value);
        return text;
    }
    static std::string place(std::size_t index) { return bracketed(std::to_string(index)); }
    static std::string bracketed(std::string_view text) {
        std::string step = "[";
        step += text;
        step += ']';
        return step;
    }

    void note(std::string before, std::string after) { into_.push_back({path_, std::move(before), std::move(after)}); }

    template <class Compare>
    void within(std::string_view step, Compare compare_there) {
        const std::size_t before = path_.size();
        if (!path_.empty() && step.front() != '[') path_ += '.';
        path_ += step;
        compare_there();
        path_.resize(before);
    }

    template <class T>
    void compare_fields(const T& before, const T& after) {
        visit_fields(before, [&](const auto&... was) {
            visit_fields(after, [&](const auto&... is) {
                std::size_t i = 0;
                (within(field_names<T>::views[i++], [&] { compare(was, is); }), ...);
            });
        });
    }

    template <class T>
    void compare_elements(const T& before, const T& after) {
        for (std::size_t i = 0; i < before.size() || i < after.size(); ++i)
            within(place(i), [&] {
                using element = typename T::value_type;
                if (i < before.size() && i < after.size())
                    compare<element>(before[i], after[i]);
                else if (i < before.size())
                    note(describe_value<element>(before[i]), "");
                else
                    note("", describe_value<element>(after[i]));
            });
    }

    // An element of a set stands for itself; that of a map has a key.
    template <class T, class Element>
    static const auto& key_of(const Element& element) {
        if constexpr (kind_of<T> == wire_kind::map)
            return element.first;
        else
            return element;
    }
    template <class T, class Element>
    static const auto& value_of(const Element& element) {
        if constexpr (kind_of<T> == wire_kind::map)
            return element.second;
        else
            return element;
    }

    template <class T>
    void compare_sorted(const T& before, const T& after) {
        const auto less = before.key_comp();
        auto was = before.begin();
        auto is = after.begin();
        while (was != before.end() || is != after.end()) {
            const bool has_gone = is == after.end() || (was != before.end() && less(key_of<T>(*was), key_of<T>(*is)));
            const bool has_come = was == before.end() || (is != after.end() && less(key_of<T>(*is), key_of<T>(*was)));
            const auto& here = has_come ? *is : *was;
            within(bracketed(describe_value(key_of<T>(here))), [&] {
                if (has_gone)
                    note(describe_value(value_of<T>(*was)), "");
                else if (has_come)
                    note("", describe_value(value_of<T>(*is)));
                else
                    compare(value_of<T>(*was), value_of<T>(*is));
            });
            if (!has_come) ++was;
            if (!has_gone) ++is;
        }
    }

    std::vector<field_difference>& into_;
    std::string path_;
};

}  // namespace sillok::detail

namespace sillok {

// The fields, at any depth, in which two values differ; none where they are the same. Elements of sequences are compared by
// their places, those of maps and sets by their keys.
//
// Complexity: O(size of the values), and their text where they differ
template <class T>
std::vector<field_difference> differences(const T& before, const T& after) {
    std::vector<field_difference> found;
    detail::difference_finder(found).compare(before, after);
    return found;
}

}  // namespace sillok
