// SPDX-License-Identifier: Apache-2.0
// Sums of codes over binary planes by tiles of 8-bit products (AMX-INT8): 16 planes x 64 rows times 64 rows x 16
// columns in one instruction. A code is 256 times a high part plus a low part of 8 bits each.
//
// With BITLINE_EMULATE_TILES the tiles are arrays, so that a test runs the same code on any machine.
#include "array/kernels.h"

#if !defined(BITLINE_EMULATE_TILES)
#include <immintrin.h>
#endif

namespace bitline::array {
namespace {

constexpr int tile_planes = 16, tile_bytes = 1024;
constexpr int parts = 2;         // of a code: low, high
constexpr int blocks = 2;        // of planes at a time
constexpr int panel_words = 16;  // of rows, whose bits are spread to bytes at a time: 32 KiB
constexpr int low_half = 128;    // low parts are -128 .. 127, so that high parts are -64 .. 64

// What the instructions read must be in memory: compilers see their addresses only (GCC 12's amxtileintrin.h).
inline void settle(const void* memory) { asm volatile("" : : "r"(memory) : "memory"); }

// The eight tiles, by number. Macros, since the instructions' numbers must be literals.
#if defined(BITLINE_EMULATE_TILES)
struct Tiles {
  union {
    std::uint8_t bytes[tile_bytes];
    std::int32_t words[tile_bytes / 4];
  } tile[8];
  // Intel SDM 2, TDPBUSD: c[m][n] += sum over k, i of unsigned a[m][4 k + i] times signed b[k][4 n + i].
  void add_products(int c, int a, int b) {
    for (int m = 0; m < 16; ++m)
      for (int n = 0; n < 16; ++n)
        for (int k = 0; k < 64; ++k)
          tile[c].words[16 * m + n] +=
              tile[a].bytes[64 * m + k] * static_cast<std::int8_t>(tile[b].bytes[64 * (k / 4) + 4 * n + k % 4]);
  }
};
#define BITLINE_TILE_ZERO(t) __builtin_memset(&tiles.tile[t], 0, tile_bytes)
#define BITLINE_TILE_LOAD(t, from) __builtin_memcpy(&tiles.tile[t], from, tile_bytes)
#define BITLINE_TILE_STORE(t, to) __builtin_memcpy(to, &tiles.tile[t], tile_bytes)
#define BITLINE_TILE_ADD_PRODUCTS(c, a, b) tiles.add_products(c, a, b)
#else
struct Tiles {
  Tiles() {
    struct alignas(64) {
      std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
      std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } config;
    settle(&config);
    _tile_loadconfig(&config);
  }
  ~Tiles() { _tile_release(); }
};
#define BITLINE_TILE_ZERO(t) _tile_zero(t)
#define BITLINE_TILE_LOAD(t, from) _tile_loadd(t, from, 64)
#define BITLINE_TILE_STORE(t, to) _tile_stored(t, to, 64)
#define BITLINE_TILE_ADD_PRODUCTS(c, a, b) _tile_dpbusd(c, a, b)
#endif

// A word's bits as 64 bytes.
inline void spread(std::uint64_t word, std::uint8_t* bytes) {
#if defined(BITLINE_EMULATE_TILES)
  for (int r = 0; r < word_rows; ++r) bytes[r] = word >> r & 1;
#else
  _mm512_store_si512(bytes, _mm512_maskz_set1_epi8(word, 1));
#endif
}

constexpr int words_of(int rows) { return (rows + word_rows - 1) / word_rows; }

// [stripe][row / 64][low, high][row % 64 / 4][column][row % 4].
std::size_t packed_bytes(int rows, int columns) {
  return static_cast<std::size_t>((columns + stripe_columns - 1) / stripe_columns) * words_of(rows) * parts *
         tile_bytes;
}

void pack(const std::int16_t* codes, std::size_t stride, int rows, int columns, void* packed) {
  auto* out = static_cast<std::int8_t*>(packed);
  for (int first = 0; first < columns; first += stripe_columns)
    for (int word = 0; word < words_of(rows); ++word, out += parts * tile_bytes)
      for (int k = 0; k < word_rows; ++k)
        for (int c = 0; c < stripe_columns; ++c) {
          const int row = word * word_rows + k, column = first + c;
          const int code = row < rows && column < columns ? codes[row * stride + static_cast<std::size_t>(column)] : 0;
          const int high = (code + low_half) >> 8, at = 64 * (k / 4) + 4 * c + k % 4;
          out[at] = static_cast<std::int8_t>(code - 256 * high);
          out[tile_bytes + at] = static_cast<std::int8_t>(high);
        }
}

struct Panel {
  alignas(64) std::uint8_t bits[panel_words][blocks][tile_bytes];  // [row / 64][plane / 16][plane][row]
};

// sums (+)= products of up to 32 planes with one stripe of a panel's rows.
void panel_sums([[maybe_unused]] Tiles& tiles, const Panel& panel, const std::int8_t* packed, int words,
                std::size_t planes, bool first, std::int32_t* sums) {
  settle(&panel);
  settle(packed);
  BITLINE_TILE_ZERO(0);
  BITLINE_TILE_ZERO(1);
  BITLINE_TILE_ZERO(2);
  BITLINE_TILE_ZERO(3);
  for (int w = 0; w < words; ++w, packed += parts * tile_bytes) {
    BITLINE_TILE_LOAD(4, panel.bits[w][0]);
    BITLINE_TILE_LOAD(5, panel.bits[w][1]);
    BITLINE_TILE_LOAD(6, packed);
    BITLINE_TILE_LOAD(7, packed + tile_bytes);
    BITLINE_TILE_ADD_PRODUCTS(0, 4, 6);
    BITLINE_TILE_ADD_PRODUCTS(1, 4, 7);
    BITLINE_TILE_ADD_PRODUCTS(2, 5, 6);
    BITLINE_TILE_ADD_PRODUCTS(3, 5, 7);
  }
  alignas(64) std::int32_t found[blocks][parts][tile_planes * stripe_columns];
  BITLINE_TILE_STORE(0, found[0][0]);
  BITLINE_TILE_STORE(1, found[0][1]);
  BITLINE_TILE_STORE(2, found[1][0]);
  BITLINE_TILE_STORE(3, found[1][1]);
  for (std::size_t v = 0; v < planes; ++v)
    for (std::size_t c = 0; c < stripe_columns; ++c) {
      const auto& block = found[v / tile_planes];
      const std::size_t at = v % tile_planes * stripe_columns + c;
      const std::int32_t sum = block[0][at] + 256 * block[1][at];
      sums[v * stripe_columns + c] = first ? sum : sums[v * stripe_columns + c] + sum;
    }
}

void sums(const PlaneSums& call) {
  Tiles tiles;
  Panel panel;
  const int words = words_of(call.rows);
  const std::size_t packed_each = static_cast<std::size_t>(words) * parts * tile_bytes,
                    sums_each = call.planes * stripe_columns;
  constexpr std::size_t together = blocks * tile_planes;
  for (std::size_t first = 0; first < call.planes; first += together) {
    const std::size_t planes = call.planes - first < together ? call.planes - first : together;
    for (int word = 0; word < words; word += panel_words) {
      const int count = words - word < panel_words ? words - word : panel_words;
      for (int w = 0; w < count; ++w)
        for (std::size_t v = 0; v < together; ++v)
          spread(v < planes ? call.words[static_cast<std::size_t>(word + w) * call.planes + first + v] : 0,
                 panel.bits[w][v / tile_planes] + v % tile_planes * word_rows);
      for (int s = 0; s < call.stripes; ++s) {
        const std::size_t from = static_cast<std::size_t>(call.first_stripe + s) * packed_each +
                                 static_cast<std::size_t>(word) * parts * tile_bytes;
        const std::size_t to = static_cast<std::size_t>(s) * sums_each + first * stripe_columns;
        panel_sums(tiles, panel, static_cast<const std::int8_t*>(call.packed) + from, count, planes, word == 0,
                   call.sums + to);
      }
    }
  }
}

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const SumKernels BITLINE_NAME(sum_kernels_, BITLINE_ISA);
const SumKernels BITLINE_NAME(sum_kernels_, BITLINE_ISA) = {packed_bytes, pack, sums, sums};

}  // namespace bitline::array
