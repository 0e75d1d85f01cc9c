// SPDX-License-Identifier: Apache-2.0
// Inflating with zlib.
#include "workloads/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "base/error.h"

namespace bitline {
namespace {

constexpr std::size_t chunk = 1 << 20;

bool starts_gzip(const unsigned char* bytes, std::size_t count) {
  return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

}  // namespace

struct ByteReader::Inflater {
  z_stream stream{};
  bool finished = false;

  explicit Inflater(std::string& stored) {
    stream.next_in = reinterpret_cast<unsigned char*>(stored.data());
    stream.avail_in = static_cast<uInt>(stored.size());
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc();  // + 16: a gzip header, no other
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `out` as far as the data go; the number of bytes written.
  std::size_t fill(std::uint8_t* out, std::size_t count, const std::string& name) {
    stream.next_out = out;
    stream.avail_out = static_cast<uInt>(count);
    while (stream.avail_out > 0 && !finished) {
      const int result = inflate(&stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        // gzip files may be concatenated.
        if (stream.avail_in == 0) {
          finished = true;
        } else if (!starts_gzip(stream.next_in, stream.avail_in) || inflateReset(&stream) != Z_OK) {
          throw InputError(name + ": " + std::to_string(stream.avail_in) + " bytes follow the end of the gzip data");
        }
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (result == Z_BUF_ERROR || (result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
        throw InputError(name + ": truncated: the gzip data end too early; copy or download the file again");
      } else if (result != Z_OK) {
        throw InputError(name + ": damaged gzip data (" + (stream.msg ? stream.msg : "needs a dictionary") +
                         "); copy or download the file again");
      }
    }
    return count - stream.avail_out;
  }
};

ByteReader::ByteReader(std::string stored, std::string name) : stored_(std::move(stored)), name_(std::move(name)) {
  if (!starts_gzip(reinterpret_cast<const unsigned char*>(stored_.data()), stored_.size())) return;
  if (stored_.size() > std::numeric_limits<uInt>::max())
    throw InputError(name_ + ": " + std::to_string(stored_.size()) + " bytes of gzip, more than 4 GiB");
  inflater_ = std::make_unique<Inflater>(stored_);
}

ByteReader::~ByteReader() = default;

std::vector<std::uint8_t> ByteReader::read(std::size_t count) {
  std::vector<std::uint8_t> out;
  if (!inflater_) {
    const std::size_t n = std::min(count, stored_.size() - position_);
    const auto* from = reinterpret_cast<const std::uint8_t*>(stored_.data()) + position_;
    out.assign(from, from + n);
    position_ += n;
    return out;
  }
  while (out.size() < count) {
    const std::size_t before = out.size();
    const std::size_t wanted = std::min(chunk, count - before);
    out.resize(before + wanted);
    const std::size_t got = inflater_->fill(out.data() + before, wanted, name_);
    if (got < wanted) {
      out.resize(before + got);
      break;
    }
  }
  return out;
}

}  // namespace bitline
