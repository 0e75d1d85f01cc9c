// SPDX-License-Identifier: Apache-2.0
// Which numbers this program computes.
#pragma once

namespace bitline::run {

// Raised by one with every change that gives other numbers for the same configuration and files: an equation, a
// constant, the order of random draws. Finished points of sweeps and kept stages of another version are not used again.
// tests/run/identity_test.cpp holds figures of this version and fails when they move.
inline constexpr int numbers_version = 4;

}  // namespace bitline::run
