#pragma once
// Says what is wrong with bytes that did not decode, in words: "lines[3].sku: length 4294967295, but 12 bytes are left".
//
// The decoder itself only knows that it failed. This walks the bytes again along a description of the type, which is data, so
// that nothing of it is instantiated per type and nothing of it is in the way while bytes are good.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sillok/codec/wire.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"

namespace sillok::detail {

class fault_finder {
public:
    // The one fault that the walk does not see: the bytes are sound, and their type in this program is too narrow.
    static constexpr std::string_view beyond = "a duration or time point is beyond what its type can hold";

    explicit fault_finder(bytes_view in) : at_(in.data()), end_(in.data() + in.size()) {}

    error find(const wire_shape& shape) {
        if (walk(shape, 0) && at_ != end_) text_ = std::to_string(left()) + " bytes are left behind the last field";
        if (text_.empty()) text_ = beyond;
        return error(error_kind::malformed, path_.empty() ? text_ : path_ + ": " + text_);
    }

private:
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    unsigned byte() noexcept { return static_cast<unsigned>(*at_++); }

    bool give_up(std::string text) {
        text_ = std::move(text);
        return false;
    }
    bool need(std::size_t bytes) {
        if (bytes <= left()) return true;
        return give_up("needs " + std::to_string(bytes) + " bytes, but " + std::to_string(left()) + " are left");
    }

    // Walks a part under a longer path, which stays as it is where the part is at fault.
    bool part(const wire_shape& shape, std::string_view step, unsigned depth) {
        const std::size_t before = path_.size();
        if (!path_.empty() && step.front() != '[') path_ += '.';
        path_ += step;
        if (!walk(shape, depth)) return false;
        path_.resize(before);
        return true;
    }
    bool element(const wire_shape& shape, std::size_t index, unsigned depth) {
        return part(shape, std::string(1, '[').append(std::to_string(index)).append(1, ']'), depth);
    }

    static std::string_view name(const wire_shape& record, std::size_t index) {
        if (record.names != nullptr) return record.names[index];
        if (record.spelling != nullptr) return name_in(record.spelling, index);
        return name_in(record.spellings[index / spelled_at_once], index % spelled_at_once);
    }

    bool elements(const wire_shape& shape, unsigned depth) {
        if (!need(4)) return false;
        const std::byte* const start = at_;
        const std::size_t count = load_le<std::uint32_t>(at_);
        at_ += 4;
        const std::size_t parts = shape.kind == wire_kind::map ? 2 : 1;
        std::size_t least = 0;
        bool fixed = true;
        for (std::size_t i = 0; i < parts; ++i) {
            least += shape.parts[i]->size.least;
            fixed = fixed && shape.parts[i]->size.fixed;
        }
        if (count * least > left())
            return give_up("count " + std::to_string(count) + ", but " + std::to_string(left()) + " bytes are left");
        if (!fixed && depth >= nesting_max && count != 0) return give_up("nested deeper than 64");
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t p = 0; p < parts; ++p)
                if (!element(*shape.parts[p], i, depth + 1)) return false;
        if (shape.is_ordered != nullptr && !shape.is_ordered(start, at_)) return give_up("its keys do not ascend");
        return true;
    }

    bool walk(const wire_shape& shape, unsigned depth) {
        switch (shape.kind) {
            case wire_kind::boolean:
                if (!need(1)) return false;
                if (const unsigned raw = byte(); raw > 1)
                    return give_up("a bool must be 0 or 1, not " + std::to_string(raw));
                return true;
            case wire_kind::text:
            case wire_kind::blob:
            case wire_kind::flags:
            case wire_kind::text_view:
            case wire_kind::blob_view: {
                if (!need(4)) return false;
                const std::size_t length = load_le<std::uint32_t>(at_);
                at_ += 4;
                if (length > left())
                    return give_up("length " + std::to_string(length) + ", but " + std::to_string(left()) +
                                   " bytes are left");
                if (shape.kind == wire_kind::flags)
                    for (std::size_t i = 0; i < length; ++i)
                        if (static_cast<unsigned>(at_[i]) > 1) return give_up("a bool must be 0 or 1");
                at_ += length;
                return true;
            }
            case wire_kind::optional:
                if (!need(1)) return false;
                if (const unsigned raw = byte(); raw > 1)
                    return give_up("the flag of an optional must be 0 or 1, not " + std::to_string(raw));
                else
                    return raw == 0 || walk(*shape.parts[0], depth);
            case wire_kind::variant:
                if (!need(1)) return false;
                if (const unsigned raw = byte(); raw >= shape.count)
                    return give_up("a variant of " + std::to_string(shape.count) + " has no alternative " +
                                   std::to_string(raw));
                else
                    return walk(*shape.parts[raw], depth);
            case wire_kind::sequence:
            case wire_kind::sequence_view:
            case wire_kind::set:
            case wire_kind::map: return elements(shape, depth);
            case wire_kind::array:
                for (std::size_t i = 0; i < shape.count; ++i)
                    if (!element(*shape.parts[0], i, depth)) return false;
                return true;
            case wire_kind::product:
                for (std::size_t i = 0; i < shape.count; ++i)
                    if (!element(*shape.parts[i], i, depth)) return false;
                return true;
            case wire_kind::record:
                for (std::size_t i = 0; i < shape.count; ++i)
                    if (!part(*shape.parts[i], name(shape, i), depth)) return false;
                return true;
            default:
                if (!need(shape.size.front)) return false;
                at_ += shape.size.front;
                return true;
        }
    }

    const std::byte* at_;
    const std::byte* end_;
    std::string path_;
    std::string text_;
};

}  // namespace sillok::detail
