#pragma once
// The least that a store of events does, by hand: records in one file, each with a CRC32C, one write for a call.
//
// It does: a global position, versions in a hash map that are compared under a lock, a checksum for each record, a group commit
// where it is asked for one. It does not: open a file that is there, recover, keep names, ids or times, know of an act of several
// events, or notice a write that failed for good.

#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include "sillok/core/checksum.hpp"
#include "storage/workload.hpp"

namespace storage {

// A record: u32 size, u32 CRC32C of what follows, u64 position, u64 version, value. 224 bytes, as many as Sillok's.
inline constexpr std::size_t raw_header_bytes = 24;
inline constexpr std::size_t raw_record_bytes = raw_header_bytes + value_bytes;

struct raw_record {
    std::uint64_t position;
    std::uint64_t version;
    sillok::bytes_view kept;
};

// Reads a record and checks it. Empty `kept`: it is not whole.
inline raw_record read_raw(sillok::bytes_view in) {
    if (in.size() < raw_header_bytes) return {};
    const std::size_t size = sillok::load_le<std::uint32_t>(in.data());
    if (size < raw_header_bytes || size > in.size()) return {};
    if (sillok::crc32c(in.subspan(8, size - 8)) != sillok::load_le<std::uint32_t>(in.data() + 4)) return {};
    return {sillok::load_le<std::uint64_t>(in.data() + 8), sillok::load_le<std::uint64_t>(in.data() + 16),
            in.subspan(raw_header_bytes, size - raw_header_bytes)};
}

// How a durable append of a raw log reaches the disk.
enum class raw_way {
    growing,  // at the end of a file that grows with it
    zeroed,   // into zeros that were written before anything is measured, so that a sync has no metadata to write
    leader_follower  // zeroed; and of the threads that wait one writes and syncs for all
};

template <raw_way Way>
class raw_log {
public:
    static constexpr const char* name = Way == raw_way::growing  ? "raw"
                                        : Way == raw_way::zeroed ? "raw_zeroed"
                                                                 : "leader_follower";

    raw_log(const std::string& folder, keep when)
        : path_(folder + "/raw"), file_(::open(path_.c_str(), O_RDWR | O_CREAT, 0600)), when_(when) {
        expect(file_ >= 0, "the raw file cannot be opened");
        if (when_ == keep::durable && Way != raw_way::growing) {
            for (std::uint64_t i = 0; i < zeros_first / zeros_step; ++i)
                expect(write_zeros(), "the zeros cannot be written");
            expect(::fsync(file_) == 0, "the zeros cannot be synced");
        }
    }
    raw_log(const raw_log&) = delete;
    raw_log& operator=(const raw_log&) = delete;
    ~raw_log() { ::close(file_); }

    bool append(std::span<const part> parts) {
        std::unique_lock hold(mutex_);
        for (const part& each : parts)
            if (version(each.stream) != each.expected) return false;
        for (const part& each : parts) put(each);
        if constexpr (Way == raw_way::leader_follower) return wait_for(hold, position_);
        const bool written = write(queued_);
        queued_.clear();
        return written;
    }
    bool close() { return true; }

    const std::string& path() const { return path_; }
    std::uint64_t bytes() const { return end_; }

private:
    static constexpr std::uint64_t zeros_first = std::uint64_t{128} << 20;
    static constexpr std::uint64_t zeros_step = std::uint64_t{4} << 20;

    std::uint64_t& version(std::string_view stream) {
        const auto found = versions_.find(stream);
        return found != versions_.end() ? found->second : versions_.emplace(std::string(stream), 0).first->second;
    }
    void put(const part& each) {
        std::uint64_t& stream = version(each.stream);
        std::byte* to = queued_.extend(each.events.size() * raw_record_bytes);
        for (const value& kept : each.events.values) {
            sillok::store_le(to, static_cast<std::uint32_t>(raw_record_bytes));
            sillok::store_le(to + 8, ++position_);
            sillok::store_le(to + 16, ++stream);
            std::memcpy(to + raw_header_bytes, kept.data(), value_bytes);
            sillok::store_le(to + 4, sillok::crc32c({to + 8, raw_record_bytes - 8}));
            to += raw_record_bytes;
        }
    }
    // Waits until all up to a position is kept. Who finds nobody at it does it for all who have queued by then.
    bool wait_for(std::unique_lock<std::mutex>& hold, std::uint64_t position) {
        while (kept_ < position) {
            if (is_led_) {
                led_.wait(hold);
                continue;
            }
            is_led_ = true;
            std::swap(queued_, leading_);
            const std::uint64_t upto = position_;
            hold.unlock();
            const bool written = write(leading_);
            leading_.clear();
            hold.lock();
            is_led_ = false;
            if (!written) fail("a group commit failed");
            kept_ = upto;
            led_.notify_all();
        }
        return true;
    }
    bool write_zeros() {
        static const std::vector<std::byte> zeros(zeros_step);
        const ::ssize_t written = ::pwrite(file_, zeros.data(), zeros.size(), static_cast<::off_t>(zeroed_));
        zeroed_ += zeros_step;
        return written == static_cast<::ssize_t>(zeros.size());
    }
    bool write(const sillok::byte_buffer& queued) {
        const sillok::bytes_view bytes = queued.view();
        while (when_ == keep::durable && Way != raw_way::growing && end_ + bytes.size() > zeroed_)
            if (!write_zeros()) return false;
        const ::ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<::off_t>(end_));
        if (written != static_cast<::ssize_t>(bytes.size())) return false;
        end_ += bytes.size();
        return when_ == keep::in_kernel || ::fdatasync(file_) == 0;
    }

    // So that a name is looked up without making a string of it.
    struct hashed : boost::hash<std::string_view> {
        using is_transparent = void;
    };

    std::string path_;
    int file_;
    keep when_;
    std::mutex mutex_;
    std::condition_variable led_;
    bool is_led_ = false;
    boost::unordered_flat_map<std::string, std::uint64_t, hashed, std::equal_to<>> versions_;
    sillok::byte_buffer queued_;
    sillok::byte_buffer leading_;
    std::uint64_t position_ = 0;
    std::uint64_t kept_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t zeroed_ = 0;
};

// The places of every stream's records in a raw file, in memory: what the two readers below look up.
class raw_index {
public:
    explicit raw_index(sillok::bytes_view log, const stream_names& names, std::size_t rounds) {
        // The file has no names; the order in which it was filled is known.
        std::vector<std::uint32_t> order(names.keys.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
        std::mt19937 engine(42);
        std::uint64_t at = 0;
        for (std::size_t round = 0; round < rounds; ++round) {
            std::shuffle(order.begin(), order.end(), engine);
            for (const std::uint32_t stream : order) {
                expect(at + raw_record_bytes <= log.size(), "the raw file is too short");
                places_[names.keys[stream]].push_back(at);
                at += raw_record_bytes;
            }
        }
    }
    std::span<const std::uint64_t> of(std::string_view stream) const {
        const auto found = places_.find(stream);
        return found == places_.end() ? std::span<const std::uint64_t>() : std::span(found->second);
    }

private:
    struct hashed : boost::hash<std::string_view> {
        using is_transparent = void;
    };
    boost::unordered_flat_map<std::string, std::vector<std::uint64_t>, hashed, std::equal_to<>> places_;
};

// A raw file in memory by mmap, with all its pages mapped beforehand: the process ends if somebody cuts the file. Checks every
// record that it reads, and nothing else.
class mapped_log {
public:
    static constexpr const char* name = "mmap_index";

    explicit mapped_log(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDONLY);
        const auto bytes = static_cast<std::size_t>(std::filesystem::file_size(path));
        void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
        expect(at != MAP_FAILED, "the raw file cannot be mapped");
        ::close(file);
        bytes_ = {static_cast<const std::byte*>(at), bytes};
    }
    mapped_log(const mapped_log&) = delete;
    mapped_log& operator=(const mapped_log&) = delete;
    ~mapped_log() { ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size()); }

    sillok::bytes_view bytes() const { return bytes_; }
    void index(const raw_index& by) { index_ = &by; }

    template <class Visit>
    bool read_stream(std::string_view stream, Visit visit) {
        std::uint64_t version = 0;
        for (const std::uint64_t at : index_->of(stream)) {
            const raw_record record = read_raw(bytes_.subspan(static_cast<std::size_t>(at), raw_record_bytes));
            if (record.kept.empty() || record.version != ++version) return false;
            visit(record.kept);
        }
        return true;
    }

private:
    sillok::bytes_view bytes_;
    const raw_index* index_ = nullptr;
};

// The same by one pread for each record, which survives a file that is cut.
class scattered_log {
public:
    static constexpr const char* name = "pread_index";

    scattered_log(const std::string& path, const raw_index& by) : file_(::open(path.c_str(), O_RDONLY)), index_(by) {
        expect(file_ >= 0, "the raw file cannot be opened");
    }
    scattered_log(const scattered_log&) = delete;
    scattered_log& operator=(const scattered_log&) = delete;
    ~scattered_log() { ::close(file_); }

    template <class Visit>
    bool read_stream(std::string_view stream, Visit visit) {
        std::byte buffer[raw_record_bytes];
        std::uint64_t version = 0;
        for (const std::uint64_t at : index_.of(stream)) {
            if (::pread(file_, buffer, sizeof buffer, static_cast<::off_t>(at)) != sizeof buffer) return false;
            const raw_record record = read_raw(buffer);
            if (record.kept.empty() || record.version != ++version) return false;
            visit(record.kept);
        }
        return true;
    }

private:
    int file_;
    const raw_index& index_;
};

}  // namespace storage
