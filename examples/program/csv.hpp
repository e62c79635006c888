#pragma once
// Comma-separated values as RFC 4180 writes them: quotes, CRLF or LF, a byte order mark, a last line without its end.
//
//     csv::reader rows(csv::from_descriptor(0));
//     while (auto more = rows.next()) { if (!*more) break; use(rows.line(), rows.fields()); }

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/result.hpp"

namespace csv {

// Fills a buffer; returns how many bytes it gave, 0 at the end, or minus an errno.
using source = std::function<std::ptrdiff_t(std::span<char>)>;

source from_descriptor(int descriptor);
source from_text(std::string_view text);  // which somebody else keeps

// What is wrong with a record, and in which of its fields, counted from 0.
struct problem {
    std::size_t field = 0;
    std::string reason;
    int read_errno = 0;  // not 0: the source failed, and the record is not to blame
};

inline constexpr std::size_t record_bytes_max = std::size_t{64} << 10;

// Reads one record after the other in constant memory. What it gives is valid UTF-8 without NUL.
class reader {
public:
    explicit reader(source from);

    // Whether there is another record, which is then in `fields()`. Lines without anything may only stand at the end.
    sillok::result<bool, problem> next();

    std::span<const std::string_view> fields() const { return fields_; }  // valid until the next call
    std::uint64_t line() const { return line_; }                          // where the record starts; the first line is 1

private:
    enum class ending : std::uint8_t { newline, file, too_long };

    ending find_end(std::size_t& end, bool& quoted);
    bool   refill();
    void   split(std::string_view record);
    bool   split_quoted(std::string_view record, problem& what);
    bool   is_text(problem& what) const;

    source                        from_;
    std::vector<char>             buffer_;
    std::size_t                   begin_ = 0;  // of what was not given out yet
    std::size_t                   end_   = 0;
    bool                          finished_   = false;
    int                           read_errno_ = 0;
    std::uint64_t                 line_       = 0;
    std::uint64_t                 next_line_  = 1;
    bool                          special_    = false;  // the record has bytes that need a closer look
    std::string                   unquoted_;
    std::vector<std::string_view> fields_;
};

// A field as it is written: in quotes where it must be.
std::string quoted(std::string_view field);

}  // namespace csv
