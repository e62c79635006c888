#pragma once
// LMDB: position -> value and stream, version -> position, one transaction for a call.
//
// It does: positions, versions compared within the transaction, atomic acts. It does not: checksums of any kind, ids or times. A
// reader reads from a mapping. Values are appended in the order of their keys, the cheapest way there is.

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <lmdb.h>

#include "storage/workload.hpp"

namespace storage {

class lmdb_log {
public:
    static constexpr const char* name = "lmdb";

    lmdb_log(const std::string& folder, keep when) {
        std::filesystem::create_directories(folder + "/lmdb");
        must(::mdb_env_create(&env_));
        must(::mdb_env_set_maxdbs(env_, 2));
        must(::mdb_env_set_mapsize(env_, std::size_t{16} << 30));
        must(::mdb_env_open(env_, (folder + "/lmdb").c_str(), when == keep::durable ? 0U : unsigned{MDB_NOSYNC}, 0600));
        ::MDB_txn* txn = nullptr;
        must(::mdb_txn_begin(env_, nullptr, 0, &txn));
        must(::mdb_dbi_open(txn, "events", MDB_CREATE | MDB_INTEGERKEY, &events_));
        must(::mdb_dbi_open(txn, "streams", MDB_CREATE, &streams_));
        must(::mdb_txn_commit(txn));
    }
    lmdb_log(const lmdb_log&) = delete;
    lmdb_log& operator=(const lmdb_log&) = delete;
    ~lmdb_log() { ::mdb_env_close(env_); }

    bool append(std::span<const part> parts) {
        ::MDB_txn* txn = nullptr;
        if (::mdb_txn_begin(env_, nullptr, 0, &txn) != 0) return false;
        std::uint64_t position = last(txn);
        bool good = true;
        for (const part& each : parts) good = good && put(txn, each, position);
        if (good) return ::mdb_txn_commit(txn) == 0;
        ::mdb_txn_abort(txn);
        return false;
    }
    template <class Visit>
    bool read_stream(std::string_view stream, Visit visit) {
        return reading(streams_, [&](::MDB_txn* txn, ::MDB_cursor* cursor) {
            key_text key(stream, 1);
            ::MDB_val at = key.view();
            ::MDB_val place{};
            for (int got = ::mdb_cursor_get(cursor, &at, &place, MDB_SET_RANGE); got == 0;
                 got = ::mdb_cursor_get(cursor, &at, &place, MDB_NEXT)) {
                if (at.mv_size != key.view().mv_size ||
                    std::memcmp(at.mv_data, key.view().mv_data, stream.size() + 1) != 0)
                    break;
                ::MDB_val kept{};
                if (::mdb_get(txn, events_, &place, &kept) != 0) return false;
                visit(bytes_of(kept));
            }
            return true;
        });
    }
    template <class Visit>
    bool read_all(Visit visit) {
        return reading(events_, [&](::MDB_txn*, ::MDB_cursor* cursor) {
            ::MDB_val at{};
            ::MDB_val kept{};
            while (::mdb_cursor_get(cursor, &at, &kept, MDB_NEXT) == 0) visit(bytes_of(kept));
            return true;
        });
    }
    bool close() { return true; }

private:
    // A stream and a version, in the order of both.
    class key_text {
    public:
        key_text(std::string_view stream, std::uint64_t version) : bytes_(stream.size() + 9) {
            expect(bytes_ <= sizeof text_, "the name of a stream is too long");
            std::memcpy(text_, stream.data(), stream.size());
            text_[stream.size()] = 0;
            put(version);
        }
        void put(std::uint64_t version) {
            for (std::size_t i = 0; i < 8; ++i)
                text_[bytes_ - 8 + i] = static_cast<unsigned char>(version >> (56 - 8 * i));
        }
        ::MDB_val view() { return {bytes_, text_}; }

    private:
        std::size_t bytes_;
        unsigned char text_[64];
    };

    static void must(int done) { expect(done == 0, "LMDB refused a call"); }
    static sillok::bytes_view bytes_of(const ::MDB_val& from) {
        return {static_cast<const std::byte*>(from.mv_data), from.mv_size};
    }
    std::uint64_t last(::MDB_txn* txn) {
        ::MDB_cursor* cursor = nullptr;
        must(::mdb_cursor_open(txn, events_, &cursor));
        ::MDB_val at{};
        ::MDB_val kept{};
        std::uint64_t position = 0;
        if (::mdb_cursor_get(cursor, &at, &kept, MDB_LAST) == 0) std::memcpy(&position, at.mv_data, sizeof position);
        ::mdb_cursor_close(cursor);
        return position;
    }
    bool put(::MDB_txn* txn, const part& each, std::uint64_t& position) {
        key_text key(each.stream, each.expected);
        ::MDB_val at = key.view();
        ::MDB_val found{};
        if (each.expected > 0 && ::mdb_get(txn, streams_, &at, &found) != 0) return false;
        std::uint64_t version = each.expected;
        for (const value& kept : each.events.values) {
            key.put(++version);
            at = key.view();
            ++position;
            ::MDB_val place{sizeof position, &position};
            ::MDB_val bytes{value_bytes, const_cast<std::byte*>(kept.data())};
            if (::mdb_put(txn, events_, &place, &bytes, MDB_APPEND) != 0) return false;
            if (::mdb_put(txn, streams_, &at, &place, MDB_NOOVERWRITE) != 0) return false;
        }
        return true;
    }
    template <class Look>
    bool reading(::MDB_dbi db, Look look) {
        ::MDB_txn* txn = nullptr;
        ::MDB_cursor* cursor = nullptr;
        must(::mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn));
        must(::mdb_cursor_open(txn, db, &cursor));
        const bool good = look(txn, cursor);
        ::mdb_cursor_close(cursor);
        ::mdb_txn_abort(txn);
        return good;
    }

    ::MDB_env* env_ = nullptr;
    ::MDB_dbi events_ = 0;
    ::MDB_dbi streams_ = 0;
};

}  // namespace storage
