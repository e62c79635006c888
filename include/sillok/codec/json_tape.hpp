#pragma once
// JSON text as a list of tokens; codec/json.hpp is what users include. RapidJSON pushes what it reads; a typed reader wants to
// pull it, and to look a member up before it reads it, so the tokens are kept in between: at most one per two bytes of text.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

// RapidJSON 1.1 adds to a null pointer while its stack is empty, which clang's sanitizer reports.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/reader.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif

#include "sillok/codec/json_writer.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"

namespace sillok::detail {

enum class json_kind : unsigned char { null, boolean, negative, natural, real, text, object, array, end };

struct json_token {
    json_kind kind;
    std::uint32_t at;        // the byte where it starts
    std::uint32_t size = 0;  // of a text: its bytes; of an object or array: its members or elements
    std::uint32_t next = 0;  // of an object or array: the token behind its end
    std::uint64_t bits = 0;  // the number; of a text: where it lies among the texts
};

// Bytes as RapidJSON's input stream; ends with zeros.
class json_input {
public:
    using Ch = char;

    explicit json_input(bytes_view in) noexcept : text_(as_text(in)) {}
    char Peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    char Take() noexcept { return at_ < text_.size() ? text_[at_++] : '\0'; }
    std::size_t Tell() const noexcept { return at_; }
    // RapidJSON asks for these, and calls them only when it works in place.
    char* PutBegin() noexcept { return nullptr; }
    void Put(char) noexcept {}
    void Flush() noexcept {}
    std::size_t PutEnd(char*) noexcept { return 0; }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

class json_tape {
public:
    // Text is nested deeper than types are: a map of pairs in a variant takes four levels.
    static constexpr std::size_t levels_max = 8 * nesting_max;

    bool parse(bytes_view in) {
        if (in.size() > 0xFFFFFFFF) return give_up("more than 4 GiB", 0);
        json_input input(in);
        handler into{*this, input, as_text(in)};
        rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator> reader;
        constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
        const rapidjson::ParseResult done = reader.Parse<flags>(input, into);
        if (into.problem != nullptr) return give_up(into.problem, into.problem_at);
        if (done.IsError()) return give_up(text_of(done.Code()), done.Offset());
        if (input.Tell() != in.size()) return give_up("text behind the value", input.Tell());
        return true;
    }

    error fault() const { return error(error_kind::malformed, fault_); }
    const json_token& token(std::size_t index) const noexcept { return tokens_[index]; }
    std::string_view text(const json_token& token) const noexcept {
        return std::string_view(texts_).substr(static_cast<std::size_t>(token.bits), token.size);
    }

private:
    struct handler {
        json_tape& tape;
        json_input& input;
        std::string_view source;
        std::size_t behind = 0;  // the token before
        const char* problem = nullptr;
        std::size_t problem_at = 0;

        std::uint32_t start() noexcept {
            while (behind < source.size() && std::strchr(" \t\r\n,:", source[behind]) != nullptr) ++behind;
            const auto at = static_cast<std::uint32_t>(behind);
            behind = input.Tell();
            return at;
        }
        bool add(json_kind kind, std::uint64_t bits = 0) {
            const std::uint32_t at = start();
            if (!tape.open_.empty()) ++tape.tokens_[tape.open_.back()].size;
            tape.tokens_.push_back({kind, at, 0, 0, bits});
            return true;
        }
        bool open(json_kind kind) {
            add(kind);
            if (tape.open_.size() == levels_max) return refuse("nested too deep", tape.tokens_.back().at);
            tape.open_.push_back(static_cast<std::uint32_t>(tape.tokens_.size() - 1));
            return true;
        }
        bool close() {
            tape.tokens_.push_back({json_kind::end, start(), 0, 0, 0});
            tape.tokens_[tape.open_.back()].next = static_cast<std::uint32_t>(tape.tokens_.size());
            tape.open_.pop_back();
            return true;
        }
        bool refuse(const char* why, std::size_t at) noexcept {
            problem = why;
            problem_at = at;
            return false;
        }

        bool Null() { return add(json_kind::null); }
        bool Bool(bool value) { return add(json_kind::boolean, value ? 1 : 0); }
        // Numbers come as text: the parser's own conversion takes some doubles beyond the largest for infinity.
        bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
            const char* const end = text + size;
            std::uint64_t natural = 0;
            if (const auto read = std::from_chars(text, end, natural); read.ec == std::errc{} && read.ptr == end)
                return add(json_kind::natural, natural);
            std::int64_t whole = 0;
            if (const auto read = std::from_chars(text, end, whole); read.ec == std::errc{} && read.ptr == end)
                return add(whole < 0 ? json_kind::negative : json_kind::natural, static_cast<std::uint64_t>(whole));
            double value = 0;
            const auto read = std::from_chars(text, end, value);
            std::uint64_t bits = 0;
            std::memcpy(&bits, &value, sizeof bits);
            add(json_kind::real, bits);
            if (read.ec == std::errc{} && read.ptr == end) return true;
            return refuse("a number too large or too small for a double", tape.tokens_.back().at);
        }
        bool Int(int) { return false; }
        bool Uint(unsigned) { return false; }
        bool Int64(std::int64_t) { return false; }
        bool Uint64(std::uint64_t) { return false; }
        bool Double(double) { return false; }
        bool String(const char* text, rapidjson::SizeType size, bool) {
            add(json_kind::text, tape.texts_.size());
            tape.tokens_.back().size = size;
            if (!is_utf8({text, size})) return refuse("text that is not UTF-8", tape.tokens_.back().at);
            tape.texts_.append(text, size);
            return true;
        }
        bool StartObject() { return open(json_kind::object); }
        // Keys are text tokens like others; an object's size counts keys and values.
        bool Key(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
        bool EndObject(rapidjson::SizeType) { return close(); }
        bool StartArray() { return open(json_kind::array); }
        bool EndArray(rapidjson::SizeType) { return close(); }
    };

    static const char* text_of(rapidjson::ParseErrorCode code) noexcept {
        switch (code) {
            case rapidjson::kParseErrorDocumentEmpty: return "there is no value";
            case rapidjson::kParseErrorDocumentRootNotSingular: return "text behind the value";
            case rapidjson::kParseErrorValueInvalid: return "this is no value";
            case rapidjson::kParseErrorObjectMissName: return "the name of a member is missing";
            case rapidjson::kParseErrorObjectMissColon: return "a colon is missing";
            case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket: return "a comma or brace is missing";
            case rapidjson::kParseErrorArrayMissCommaOrSquareBracket: return "a comma or bracket is missing";
            case rapidjson::kParseErrorStringMissQuotationMark: return "a quotation mark is missing";
            case rapidjson::kParseErrorStringInvalidEncoding: return "text that is not UTF-8";
            case rapidjson::kParseErrorNumberTooBig: return "a number too large for a double";
            default: return "this is not JSON";
        }
    }
    bool give_up(const char* why, std::size_t at) {
        fault_ = "byte " + std::to_string(at) + ": " + why;
        return false;
    }

    std::vector<json_token> tokens_;
    std::vector<std::uint32_t> open_;
    std::string texts_;
    std::string fault_;
};

// A place on a tape, and the first fault met there.
class json_cursor {
public:
    explicit json_cursor(const json_tape& tape, bool is_weak = false) noexcept : tape_(&tape), is_weak_(is_weak) {}

    // Whether an object may have members that its struct does not have, and lack some that it has.
    bool is_weak() const noexcept { return is_weak_; }

    const json_token& peek() const noexcept { return tape_->token(at_); }
    const json_token& take() noexcept { return tape_->token(at_++); }
    std::string_view text(const json_token& token) const noexcept { return tape_->text(token); }
    std::size_t place() const noexcept { return at_; }
    void go(std::size_t place) noexcept { at_ = place; }
    // Behind the value that starts here.
    void skip() noexcept {
        const json_token& token = peek();
        at_ = token.kind == json_kind::object || token.kind == json_kind::array ? token.next : at_ + 1;
    }

    // All return false. `fail` speaks of the token that `at` counts back to.
    bool give_up(std::string why) { return fail_at(peek(), std::move(why)); }
    bool fail_at(const json_token& token, std::string why) {
        fault_ = std::move(why);
        fault_at_ = token.at;
        return false;
    }
    bool in(std::string_view member) {
        path_.insert(0, std::string(member) + (path_.empty() || path_.front() == '[' ? "" : "."));
        return false;
    }
    bool in(std::size_t index) { return in("[" + std::to_string(index) + "]"); }

    error fault() const {
        std::string text = path_.empty() ? "" : path_ + ": ";
        return error(error_kind::malformed, text + "byte " + std::to_string(fault_at_) + ": " + fault_);
    }

private:
    const json_tape* tape_;
    bool is_weak_;
    std::size_t at_ = 0;
    std::uint32_t fault_at_ = 0;
    std::string path_;
    std::string fault_;
};

}  // namespace sillok::detail
