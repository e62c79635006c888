#pragma once
// LevelDB and RocksDB, whose interfaces are the same as far as they are used here: s<stream>\0<version> -> value, and
// p<position> -> that key. So a stream lies together, which is what such a tree is best at, and reading by position looks up.
//
// It does: positions, versions compared in a map behind a lock (the write itself is outside of it, so that writers are grouped),
// atomic batches, block checksums (looked at on reading, as asked for here). It does not: ids or times; nor keep positions visible
// in their order while several threads write. No compression; 256 MiB of block cache, room for all that is read.

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/workload.hpp"

namespace storage {

template <class Traits>
class lsm_log {
    using slice = typename Traits::slice;

public:
    static constexpr const char* name = Traits::name;

    lsm_log(const std::string& folder, keep when) : db_(Traits::open(folder + "/" + name)) {
        write_.sync = when == keep::durable;
        read_.verify_checksums = true;
        std::unique_ptr<typename Traits::iterator> it(db_->NewIterator(read_));
        it->Seek(slice("q"));
        if (it->Valid())
            it->Prev();
        else
            it->SeekToLast();
        if (it->Valid() && it->key()[0] == 'p') position_ = number(it->key().data() + 1);
    }

    bool append(std::span<const part> parts) {
        typename Traits::batch batch;
        {
            const std::lock_guard hold(mutex_);
            for (const part& each : parts)
                if (version(each.stream) != each.expected) return false;
            for (const part& each : parts) {
                std::uint64_t& stream = version(each.stream);
                std::string key = stream_key(each.stream, 0);
                std::string place(9, 'p');
                for (const value& kept : each.events.values) {
                    put(key, ++stream);
                    put(place, ++position_);
                    batch.Put(key, slice(reinterpret_cast<const char*>(kept.data()), value_bytes));
                    batch.Put(place, key);
                }
            }
        }
        return db_->Write(write_, &batch).ok();
    }
    template <class Visit>
    bool read_stream(std::string_view stream, Visit visit) {
        std::unique_ptr<typename Traits::iterator> it(db_->NewIterator(read_));
        const std::string first = stream_key(stream, 1);
        const slice prefix(first.data(), first.size() - 8);
        for (it->Seek(first); it->Valid() && it->key().starts_with(prefix); it->Next()) visit(bytes_of(it->value()));
        return it->status().ok();
    }
    std::uint64_t last() const { return position_; }
    bool close() {
        db_.reset();
        return true;
    }

private:
    static sillok::bytes_view bytes_of(const slice& from) {
        return {reinterpret_cast<const std::byte*>(from.data()), from.size()};
    }
    static std::uint64_t number(const char* from) {
        std::uint64_t read = 0;
        for (std::size_t i = 0; i < 8; ++i) read = read << 8 | static_cast<unsigned char>(from[i]);
        return read;
    }
    // Writes the number that ends a key, so that keys sort by it.
    static void put(std::string& key, std::uint64_t number) {
        for (std::size_t i = 0; i < 8; ++i)
            key[key.size() - 8 + i] = static_cast<char>(static_cast<unsigned char>(number >> (56 - 8 * i)));
    }
    static std::string stream_key(std::string_view stream, std::uint64_t version) {
        std::string key(stream.size() + 10, 's');
        key.replace(1, stream.size(), stream);
        key[stream.size() + 1] = '\0';
        put(key, version);
        return key;
    }
    std::uint64_t& version(std::string_view stream) {
        const auto found = versions_.find(stream);
        if (found != versions_.end()) return found->second;
        std::uint64_t last = 0;
        if (position_ > 0) {
            std::unique_ptr<typename Traits::iterator> it(db_->NewIterator(read_));
            const std::string beyond = stream_key(stream, ~std::uint64_t{0});
            it->Seek(beyond);
            if (it->Valid())
                it->Prev();
            else
                it->SeekToLast();
            const slice prefix(beyond.data(), beyond.size() - 8);
            if (it->Valid() && it->key().starts_with(prefix)) last = number(it->key().data() + it->key().size() - 8);
        }
        return versions_.emplace(std::string(stream), last).first->second;
    }

    struct hashed : boost::hash<std::string_view> {
        using is_transparent = void;
    };

    std::unique_ptr<typename Traits::database> db_;
    typename Traits::write_options write_;
    typename Traits::read_options read_;
    std::mutex mutex_;
    boost::unordered_flat_map<std::string, std::uint64_t, hashed, std::equal_to<>> versions_;
    std::uint64_t position_ = 0;
};

}  // namespace storage

#if SILLOK_HAS_LEVELDB
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

namespace storage {

struct leveldb_traits {
    static constexpr const char* name = "leveldb";
    using slice = leveldb::Slice;
    using iterator = leveldb::Iterator;
    using batch = leveldb::WriteBatch;
    using database = leveldb::DB;
    using write_options = leveldb::WriteOptions;
    using read_options = leveldb::ReadOptions;

    static std::unique_ptr<database> open(const std::string& path) {
        static leveldb::Cache* const cache = leveldb::NewLRUCache(std::size_t{256} << 20);
        leveldb::Options options;
        options.create_if_missing = true;
        options.compression = leveldb::kNoCompression;
        options.block_cache = cache;
        database* opened = nullptr;
        expect(leveldb::DB::Open(options, path, &opened).ok(), "LevelDB cannot open its folder");
        return std::unique_ptr<database>(opened);
    }
};
using leveldb_log = lsm_log<leveldb_traits>;

}  // namespace storage
#endif

#if SILLOK_HAS_ROCKSDB
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace storage {

struct rocksdb_traits {
    static constexpr const char* name = "rocksdb";
    using slice = rocksdb::Slice;
    using iterator = rocksdb::Iterator;
    using batch = rocksdb::WriteBatch;
    using database = rocksdb::DB;
    using write_options = rocksdb::WriteOptions;
    using read_options = rocksdb::ReadOptions;

    static std::unique_ptr<database> open(const std::string& path) {
        rocksdb::BlockBasedTableOptions table;
        table.block_cache = rocksdb::NewLRUCache(std::size_t{256} << 20);
        rocksdb::Options options;
        options.create_if_missing = true;
        options.compression = rocksdb::kNoCompression;
        options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        database* opened = nullptr;
        expect(rocksdb::DB::Open(options, path, &opened).ok(), "RocksDB cannot open its folder");
        return std::unique_ptr<database>(opened);
    }
};
using rocksdb_log = lsm_log<rocksdb_traits>;

}  // namespace storage
#endif
