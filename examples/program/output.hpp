#pragma once
// Standard output in large pieces, and what became of it: a full disk is noticed, a reader that went away is no error.

#include <cerrno>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

#include <unistd.h>

namespace program {

class output {
public:
    explicit output(int descriptor) : descriptor_(descriptor) {}

    output& operator<<(std::string_view text) {
        if (error_ != 0) return *this;
        text_ += text;
        if (text_.size() >= 64 * 1024) flush();
        return *this;
    }
    output& operator<<(char c) { return *this << std::string_view(&c, 1); }
    output& operator<<(std::integral auto number) {
        char digits[24];
        return *this << std::string_view(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    }

    // Writes what was collected. Returns whether everything so far was written.
    bool flush() {
        std::string_view rest = text_;
        while (error_ == 0 && !rest.empty()) {
            const auto count = ::write(descriptor_, rest.data(), rest.size());
            if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
            else if (count == 0 || errno != EINTR) error_ = count == 0 ? ENOSPC : errno;
        }
        text_.clear();
        return error_ == 0;
    }

    bool failed() const { return error_ != 0; }
    bool closed() const { return error_ == EPIPE; }  // nobody reads any more
    int  error() const { return error_; }

private:
    std::string text_;
    int         descriptor_;
    int         error_ = 0;
};

}  // namespace program
