// SPDX-License-Identifier: Apache-2.0
// Says which processor the command needs, before an instruction that this one does not have ends it without a word.
// Compiled for plain x86-64, and run before everything else of the program.
#ifdef __x86_64__

#include <cpuid.h>
#include <unistd.h>

namespace {

bool has_all(unsigned word, unsigned bits) { return (word & bits) == bits; }

// Levels of the x86-64 psABI 1.0, 3.1.1, as far as the processor itself tells.
int level() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const auto leaf = [&](unsigned number) {
    if (!__get_cpuid_count(number, 0, &a, &b, &c, &d)) a = b = c = d = 0;
  };
  constexpr auto bit = [](int n) { return 1u << n; };
  leaf(1);
  // SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT
  if (!has_all(c, bit(0) | bit(9) | bit(13) | bit(19) | bit(20) | bit(23))) return 1;
  // FMA, MOVBE, OSXSAVE, AVX, F16C
  const bool vectors = has_all(c, bit(12) | bit(22) | bit(27) | bit(28) | bit(29));
  leaf(7);
  // BMI1, AVX2, BMI2; F, DQ, CD, BW, VL
  if (!vectors || !has_all(b, bit(3) | bit(5) | bit(8))) return 2;
  return has_all(b, bit(16) | bit(17) | bit(28) | bit(30) | bit(31)) ? 4 : 3;
}

template <unsigned long size>
void say(const char (&text)[size]) {
  if (write(STDERR_FILENO, text, size - 1) < 0) return;  // nobody listens
}

__attribute__((constructor(101))) void require_processor() {
  if (level() >= BITLINE_LEVEL) return;
  if (BITLINE_LEVEL <= 2)
    say("bitline: this processor lacks SSE4.2 or POPCNT; bitline runs on every x86-64-v2 processor (Intel since 2009, "
        "AMD since 2011)\n");
  else if (BITLINE_LEVEL == 3)
    say("bitline: this processor lacks AVX2, which this build needs; a build with -DBITLINE_ARCH=x86-64-v2 runs on "
        "it\n");
  else
    say("bitline: this processor lacks AVX-512, which this build needs; a build with -DBITLINE_ARCH=x86-64-v2 runs on "
        "it\n");
  _exit(1);
}

}  // namespace

#endif
