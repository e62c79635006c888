#include "program/csv.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <unistd.h>

namespace csv {
namespace {

constexpr std::string_view open_quote = "the quote is not closed";

// The first byte that is not UTF-8 as Unicode defines it (no overlong forms, no surrogates), or `npos`.
std::size_t first_not_utf8(std::string_view text) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    for (std::size_t at = 0; at < text.size();) {
        const unsigned lead = byte(at);
        std::size_t    more = 0;
        unsigned       low = 0x80, high = 0xBF;  // what the second byte may be
        if (lead < 0x80) more = 0;
        else if (lead >= 0xC2 && lead <= 0xDF) more = 1;
        else if (lead >= 0xE0 && lead <= 0xEF) { more = 2; if (lead == 0xE0) low = 0xA0; if (lead == 0xED) high = 0x9F; }
        else if (lead >= 0xF0 && lead <= 0xF4) { more = 3; if (lead == 0xF0) low = 0x90; if (lead == 0xF4) high = 0x8F; }
        else return at;
        for (std::size_t i = 1; i <= more; ++i, low = 0x80, high = 0xBF)
            if (byte(at + i) < low || byte(at + i) > high) return at;
        at += more + 1;
    }
    return std::string_view::npos;
}

}  // namespace

source from_descriptor(int descriptor) {
    return [descriptor](std::span<char> into) {
        for (;;) {
            const auto count = ::read(descriptor, into.data(), into.size());
            if (count >= 0) return static_cast<std::ptrdiff_t>(count);
            if (errno != EINTR) return static_cast<std::ptrdiff_t>(-errno);
        }
    };
}

source from_text(std::string_view text) {
    return [text](std::span<char> into) mutable {
        const auto part = text.substr(0, into.size());
        std::copy(part.begin(), part.end(), into.begin());
        text.remove_prefix(part.size());
        return static_cast<std::ptrdiff_t>(part.size());
    };
}

reader::reader(source from) : from_(std::move(from)), buffer_(2 * record_bytes_max) {}

sillok::result<bool, problem> reader::next() {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (next_line_ == 1) {
        while (end_ < mark.size() && refill()) {}
        if (std::string_view(buffer_.data(), end_).starts_with(mark)) begin_ = mark.size();
    }
    for (std::uint64_t blank = 0;;) {
        line_ = next_line_;
        std::size_t  end    = 0;
        bool         quoted = false;
        const ending how    = find_end(end, quoted);
        if (read_errno_ != 0) return problem{.reason = std::strerror(read_errno_), .read_errno = read_errno_};
        if (how == ending::file && begin_ == end) return false;

        std::string_view record(buffer_.data() + begin_, end - begin_);
        begin_     = how == ending::newline ? end + 1 : end;
        next_line_ = line_ + 1 + (quoted ? static_cast<std::uint64_t>(std::ranges::count(record, '\n')) : 0);
        if (record.ends_with('\r')) record.remove_suffix(1);
        if (record.empty() && line_ > 1) {  // nothing may follow it but more of the same
            if (blank == 0) blank = line_;
            continue;
        }
        if (blank != 0) {
            line_ = blank;
            return problem{.reason = "the line is empty, and more rows follow"};
        }

        const bool too_long = how == ending::too_long;
        if (too_long) record = record.substr(0, record_bytes_max);  // it ends in the field to blame
        problem what;
        bool    sound = true;
        if (quoted) sound = split_quoted(record, what);
        else split(record);
        if (too_long && (sound || what.reason == open_quote))
            return problem{sound ? fields_.size() - 1 : what.field,
                           "the row is longer than " + std::to_string(record_bytes_max) + " bytes" + (sound ? "" : ", or " + what.reason)};
        if (!sound) return what;
        if (special_ && !is_text(what)) return what;
        return true;
    }
}

// Looks for the line end behind an even number of quotes: one inside of quotes belongs to its field.
reader::ending reader::find_end(std::size_t& end, bool& quoted) {
    std::size_t looked = 0;  // from begin_ on; what is known to hold no end
    bool        inside = false;
    for (;;) {
        const char* const from  = buffer_.data() + begin_ + looked;
        const std::size_t count = end_ - begin_ - looked;
        const auto* const found = count == 0 ? nullptr : static_cast<const char*>(std::memchr(from, '\n', count));
        const std::string_view part(from, found ? static_cast<std::size_t>(found - from) : count);
        if (part.find('"') != part.npos) {
            quoted = true;
            inside = inside != (std::ranges::count(part, '"') % 2 != 0);
        }
        looked += part.size();
        end = begin_ + looked;
        if (looked > record_bytes_max) return ending::too_long;
        if (found && !inside) return ending::newline;
        if (found) {
            ++looked;
        } else if (!refill()) {
            end = begin_ + looked;
            return ending::file;
        }
    }
}

// More bytes behind those that are there; false at the end.
bool reader::refill() {
    if (finished_) return false;
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    const std::ptrdiff_t count = from_(std::span(buffer_).subspan(end_));
    if (count < 0) read_errno_ = static_cast<int>(-count);
    if (count <= 0) finished_ = true;
    else end_ += static_cast<std::size_t>(count);
    return count > 0;
}

void reader::split(std::string_view record) {
    fields_.clear();
    const char* field = record.data();
    const char* at    = field;
    unsigned    seen  = 0;
    for (const char* const end = field + record.size(); at != end; ++at) {
        const auto byte = static_cast<unsigned char>(*at);
        seen |= static_cast<unsigned>(byte >= 0x80) | static_cast<unsigned>(byte == 0);
        if (byte == ',') {
            fields_.emplace_back(field, static_cast<std::size_t>(at - field));
            field = at + 1;
        }
    }
    fields_.emplace_back(field, static_cast<std::size_t>(at - field));
    special_ = seen != 0;
}

bool reader::split_quoted(std::string_view record, problem& what) {
    fields_.clear();
    unquoted_.clear();
    unquoted_.reserve(record.size());  // it never grows: fields refer to it
    special_ = true;
    const auto fails = [&](std::string_view why) {
        what = {.field = fields_.size(), .reason = std::string(why)};
        return false;
    };
    for (std::size_t at = 0;; ++at) {
        const std::size_t start = unquoted_.size();
        if (at < record.size() && record[at] == '"') {
            for (++at;; ++at) {
                if (at == record.size()) return fails(open_quote);
                if (record[at] != '"') unquoted_ += record[at];
                else if (at + 1 < record.size() && record[at + 1] == '"') unquoted_ += record[at++];
                else break;
            }
            if (++at < record.size() && record[at] != ',') return fails("more text follows the closing quote");
        } else {
            for (; at < record.size() && record[at] != ','; ++at) {
                if (record[at] == '"') return fails("a quote inside of a field; put the field in quotes, and double the quote");
                unquoted_ += record[at];
            }
        }
        fields_.emplace_back(unquoted_.data() + start, unquoted_.size() - start);
        if (at >= record.size()) return true;
    }
}

bool reader::is_text(problem& what) const {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const bool nul = fields_[i].find('\0') != std::string_view::npos;
        if (!nul && first_not_utf8(fields_[i]) == std::string_view::npos) continue;
        what = {.field = i, .reason = nul ? "a NUL byte" : "not valid UTF-8"};
        return false;
    }
    return true;
}

std::string quoted(std::string_view field) {
    if (field.find_first_of(",\"\r\n") == field.npos) return std::string(field);
    std::string text = "\"";
    for (const char c : field) text.append(c == '"' ? 2U : 1U, c);
    return text + '"';
}

}  // namespace csv
