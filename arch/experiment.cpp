// SPDX-License-Identifier: Apache-2.0
#include "arch/experiment.h"

namespace bitline::arch {

void fields(Visitor&, NoExperiment&) {}

}  // namespace bitline::arch
