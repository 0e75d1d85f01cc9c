// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <vector>

#include "base/error.h"

namespace bitline {
namespace fs = std::filesystem;

std::string read_file(const fs::path& file, std::uintmax_t limit) {
  std::error_code ec;
  const auto fail = [&](const std::string& what) { throw InputError(fmt::format("{}: {}", file.string(), what)); };
  if (fs::is_directory(file, ec)) fail("is a folder, not a file");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string content;
  char buffer[1 << 16];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    content.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (content.size() > limit) fail(fmt::format("is larger than {} bytes, which no such file is", limit));
  }
  if (in.bad()) fail(fmt::format("reading failed: {}", std::strerror(errno)));
  return content;
}

void write_file(const fs::path& file, std::string_view content) {
  static std::atomic<unsigned> counter{0};
  const auto fail = [&](const char* what) {
    throw RunError(fmt::format("{}: {}: {}", file.string(), what, std::strerror(errno)));
  };
  std::error_code ec;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), ec);
  fs::path temporary = file;
  temporary += fmt::format(".{}.{}.part", ::getpid(), counter++);
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) fail("cannot be created");
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::write(fd, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int saved = errno;
      ::close(fd), ::unlink(temporary.c_str());
      errno = saved;
      fail("writing failed");
    }
    done += static_cast<std::size_t>(n);
  }
  // The content must be on disk before the name points at it.
  const bool synced = ::fsync(fd) == 0;
  int error = synced ? 0 : errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    errno = error;
    fail("cannot be written");
  }
}

namespace {

std::string hexadecimal(XXH128_hash_t h) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, h);
  std::string hex;
  for (unsigned char c : canonical.digest) {
    hex += "0123456789abcdef"[c >> 4];
    hex += "0123456789abcdef"[c & 15];
  }
  return hex;
}

}  // namespace

std::string checksum(std::string_view bytes) { return hexadecimal(XXH3_128bits(bytes.data(), bytes.size())); }

std::string checksum_of(const fs::path& file) {
  struct FreeState {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  if (!state) throw std::bad_alloc();
  XXH3_128bits_reset(state.get());
  std::error_code ec;
  if (fs::is_directory(file, ec)) throw InputError(file.string() + ": is a folder, not a file");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)));
  std::vector<char> buffer(std::size_t{1} << 18);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    XXH3_128bits_update(state.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad()) throw InputError(file.string() + ": reading failed");
  return hexadecimal(XXH3_128bits_digest(state.get()));
}

}  // namespace bitline
