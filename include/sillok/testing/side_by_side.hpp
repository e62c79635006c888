#pragma once
// Values printed in two columns, field by field, with a mark where they differ.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/codec/print.hpp"
#include "sillok/codec/reflect.hpp"
#include "sillok/command/rejection.hpp"

namespace sillok::testing {

class side_by_side {
public:
    template <class T>
    void expected(const T& value) {
        add(left_, value);
    }
    template <class T>
    void actual(const T& value) {
        add(right_, value);
    }
    void expected(const rejection& why) { left_.push_back({{"rejected: " + why.text(), ""}}); }
    void actual(const rejection& why) { right_.push_back({{"rejected: " + why.text(), ""}}); }

    std::string text() const {
        std::vector<line> lines{{"", "expected", "actual", false}};
        const std::size_t values = (std::max)({left_.size(), right_.size(), std::size_t{1}});
        for (std::size_t i = 0; i < values; ++i)
            add_lines(lines, i < left_.size() ? left_[i] : none(), i < right_.size() ? right_[i] : none());

        std::size_t label = 0;
        std::size_t left = 0;
        for (const line& each : lines) {
            label = (std::max)(label, each.label.size());
            left = (std::max)(left, each.left.size());
        }
        std::string text;
        for (const line& each : lines) {
            text += '\n';
            text += padded(each.label, label) + "  " + padded(each.left, left) + (each.differs ? "  !=  " : "      ") +
                    each.right;
            text.resize(text.find_last_not_of(' ') + 1);
        }
        return text;
    }

private:
    struct row {
        std::string name;  // of the field; of the first row: the type
        std::string value;
    };
    using rows = std::vector<row>;
    struct line {
        std::string label;
        std::string left;
        std::string right;
        bool differs;
    };

    static const rows& none() {
        static const rows nothing{{"nothing", ""}};
        return nothing;
    }

    template <class T>
    static void add(std::vector<rows>& to, const T& value) {
        rows fields{{std::string(type_name<T>()), ""}};
        if constexpr (reflectable<T>)
            visit_fields(value, [&](const auto&... field) {
                [&]<std::size_t... I>(std::index_sequence<I...>) {
                    (fields.push_back({std::string(field_name<T, I>()), describe(field)}), ...);
                }
                (std::index_sequence_for<decltype(field)...>{});
            });
        to.push_back(std::move(fields));
    }

    static void add_lines(std::vector<line>& lines, const rows& left, const rows& right) {
        lines.push_back({"", left[0].name, right[0].name, left[0].name != right[0].name});
        const bool alike = left[0].name == right[0].name;
        for (std::size_t i = 1; i < left.size(); ++i) {
            const std::string actual = alike && i < right.size() ? right[i].value : std::string();
            lines.push_back({"  " + left[i].name, left[i].value, actual, left[i].value != actual});
        }
        if (!alike)
            for (std::size_t i = 1; i < right.size(); ++i)
                lines.push_back({"  " + right[i].name, "", right[i].value, true});
    }

    static std::string padded(std::string_view text, std::size_t width) {
        std::string result(text);
        result.resize((std::max)(width, text.size()), ' ');
        return result;
    }

    std::vector<rows> left_;
    std::vector<rows> right_;
};

}  // namespace sillok::testing
