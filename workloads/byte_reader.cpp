// SPDX-License-Identifier: Apache-2.0
// Inflating with zlib.
#include "workloads/byte_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>

#include "base/error.h"

namespace bitline::workloads {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t buffer_bytes = 1 << 16, chunk_bytes = 1 << 20;

std::ifstream opened(const fs::path& file) {
  std::error_code ec;
  if (fs::is_directory(file, ec)) throw InputError(file.string() + ": is a folder, not a file");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)));
  return in;
}

}  // namespace

struct ByteReader::Source {
  std::ifstream file;
  std::string name;
  std::uint64_t left = UINT64_MAX;  // stored bytes that are not in the buffer yet
  std::vector<unsigned char> buffer = std::vector<unsigned char>(buffer_bytes);
  z_stream stream{};  // its input is the unread part of the buffer, inflated or not
  bool inflates = false, gzip = false, finished = false;
  std::optional<std::uint32_t> right_crc;
  std::uint32_t crc = 0;  // of all that came out, where there is a right one

  ~Source() {
    if (inflates) inflateEnd(&stream);
  }

  bool refill() {
    if (stream.avail_in > 0) return true;
    const auto wanted = std::min<std::uint64_t>(buffer.size(), left);
    file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(wanted));
    if (file.bad()) throw InputError(name + ": reading failed");
    stream.next_in = buffer.data();
    stream.avail_in = static_cast<uInt>(file.gcount());
    left -= static_cast<std::uint64_t>(file.gcount());
    return stream.avail_in > 0;
  }

  void start_inflating(bool as_gzip) {
    gzip = as_gzip;
    if (inflateInit2(&stream, gzip ? MAX_WBITS + 16 : -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    inflates = true;
  }

  bool at_gzip() const { return stream.avail_in >= 2 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b; }

  // gzip files may be concatenated; anything else behind the end is an error.
  void finish_member() {
    if (!gzip || !refill()) {
      if (refill()) throw InputError(name + ": more follows the end of the packed data; the file is damaged");
      finished = true;
      return;
    }
    if (stream.avail_in == 1) {  // the two bytes that tell may lie on both sides of the buffer's end
      const unsigned char first = *stream.next_in;
      stream.avail_in = 0;
      buffer[0] = first;
      file.read(reinterpret_cast<char*>(buffer.data()) + 1, static_cast<std::streamsize>(buffer.size() - 1));
      stream.next_in = buffer.data();
      stream.avail_in = 1 + static_cast<uInt>(file.gcount());
    }
    if (!at_gzip() || inflateReset(&stream) != Z_OK) {
      std::uint64_t behind = 0;
      for (; refill(); stream.avail_in = 0) behind += stream.avail_in;
      throw InputError(fmt::format("{}: {} bytes follow the end of the gzip data", name, behind));
    }
  }

  std::size_t inflate_into(std::span<std::uint8_t> out) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    while (stream.avail_out > 0 && !finished) {
      const bool more = refill();
      const int result = inflate(&stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        finish_member();
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (!more && (result == Z_BUF_ERROR || result == Z_OK)) {
        if (stream.avail_out > 0)
          throw InputError(
              fmt::format("{}: truncated: the {} data end too early; copy or download the file again", name, kind()));
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        throw InputError(fmt::format("{}: damaged {} data ({}); copy or download the file again", name, kind(),
                                     stream.msg ? stream.msg : "needs a dictionary"));
      }
    }
    return out.size() - stream.avail_out;
  }

  std::size_t copy_into(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size() && refill()) {
      const std::size_t n = std::min<std::size_t>(out.size() - done, stream.avail_in);
      std::memcpy(out.data() + done, stream.next_in, n);
      stream.next_in += n;
      stream.avail_in -= static_cast<uInt>(n);
      done += n;
    }
    return done;
  }

  const char* kind() const { return gzip ? "gzip" : "deflated"; }
};

ByteReader::ByteReader(const fs::path& file) : source_(std::make_unique<Source>()) {
  source_->file = opened(file);
  source_->name = file.string();
  source_->refill();
  if (source_->at_gzip()) source_->start_inflating(true);
}

ByteReader::ByteReader(const fs::path& file, std::string name, std::uint64_t offset, std::uint64_t stored,
                       bool deflated, std::optional<std::uint32_t> crc)
    : source_(std::make_unique<Source>()) {
  source_->file = opened(file);
  source_->name = std::move(name);
  source_->left = stored;
  source_->right_crc = crc;
  source_->file.seekg(static_cast<std::streamoff>(offset));
  if (deflated) source_->start_inflating(false);
}

ByteReader::~ByteReader() = default;
ByteReader::ByteReader(ByteReader&&) noexcept = default;

const std::string& ByteReader::name() const { return source_->name; }

std::size_t ByteReader::read(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {  // zlib counts in 32 bits
    const auto part = out.subspan(done, std::min(chunk_bytes, out.size() - done));
    const std::size_t got = source_->inflates ? source_->inflate_into(part) : source_->copy_into(part);
    if (source_->right_crc)
      source_->crc = static_cast<std::uint32_t>(::crc32(source_->crc, part.data(), static_cast<uInt>(got)));
    done += got;
    if (got == part.size()) continue;
    if (source_->right_crc && source_->crc != *source_->right_crc)
      throw InputError(name() + ": its check sum differs: the data are damaged; copy or download the file again");
    break;
  }
  return done;
}

std::vector<std::uint8_t> ByteReader::read(std::size_t count) {
  std::vector<std::uint8_t> out;
  while (out.size() < count) {
    const std::size_t before = out.size();
    out.resize(before + std::min(chunk_bytes, count - before));
    const std::size_t got = read(std::span(out).subspan(before));
    if (before + got < out.size()) {
      out.resize(before + got);
      break;
    }
  }
  return out;
}

std::size_t ByteReader::skip(std::size_t count) {
  std::vector<std::uint8_t> passed(std::min(count, buffer_bytes));
  std::size_t done = 0;
  while (done < count) {
    const std::size_t n = std::min(passed.size(), count - done), got = read(std::span(passed).first(n));
    done += got;
    if (got < n) break;
  }
  return done;
}

}  // namespace bitline::workloads
